import type { RunDocument } from '../../src/local/engine/run-store';
import { admitted } from './check-folder';
import type { Captured, Left, PlatformFolder } from './folder';

/** So many of one kind are named. */
const MOST = 3;

/**
 * Every captured request was answered by a version that may serve, while that version had live traffic; each event is there
 * once, and all up to the cursor are.
 */
export function checkCaptured(folder: PlatformFolder, left: Left): string[] {
  const { captured, progress } = left;
  const ok = admitted(left);
  const terms = termsOf(left);
  const known = new Map<string, number>();
  for (const { key } of captured) known.set(key, (known.get(key) ?? 0) + 1);
  const due = progress === null ? [] : folder.keysBetween(progress.start, progress.cursor);
  const missing = due.filter((key) => !known.has(key));
  return [
    ...some(
      'answered by a version that may not serve',
      captured.filter(({ version }) => !ok.has(String(version))),
    ),
    ...some(
      'answered by a version before its first or after its last live traffic',
      captured.filter(({ at, version }) => {
        const term = terms.get(version);
        return term === undefined || at < term.from || at >= term.to;
      }),
    ),
    ...some(
      'captured more than once',
      captured.filter(({ key }) => known.get(key) !== 1),
    ),
    ...(missing.length === 0 ? [] : [`${missing.length} events before the cursor are not captured: ${missing[0]}, …`]),
  ];
}

function some(what: string, found: readonly Captured[]): string[] {
  if (found.length === 0) return [];
  const named = found.slice(0, MOST).map(({ key, at, version }) => `${key} at ${iso(at)} by version ${version}`);
  return [`${found.length} requests ${what}: ${named.join('; ')}`];
}

interface Term {
  /** Epoch seconds. */
  readonly from: number;
  readonly to: number;
}

/** When each version had live traffic, by the documents of its release. */
function termsOf({ runs }: Left): Map<number, Term> {
  const terms = new Map<number, Term>();
  const releases = runs.filter(({ workflow }) => workflow === 'release');
  for (const release of releases) {
    const version = Number(release.state['version']);
    const from = finished(release, 'deployFirst') ?? finished(release, 'shift1');
    if (from === null) continue;
    const replaced = releases
      .filter((other) => Number(other.state['version']) > version)
      .flatMap((other) => finished(other, 'promote') ?? []);
    const ends = [...replaced, finished(release, 'rollBack') ?? Number.POSITIVE_INFINITY];
    terms.set(version, { from, to: Math.min(...ends) });
  }
  return terms;
}

const finished = (run: RunDocument, step: string): number | null =>
  run.finished.find((one) => one.step === step)?.at ?? null;

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
