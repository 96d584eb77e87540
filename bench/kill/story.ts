import type { Left } from './folder';

/** What became of a platform, without what is the machine's own (latencies, hashes). */
export interface Story {
  /** Releases and how they ended, in order. */
  readonly releases: readonly string[];
  /** What the ledger tells, in order. */
  readonly ledger: readonly string[];
  readonly champion: string | null;
  readonly promoted: number;
  readonly rejected: number;
  readonly rolledBack: number;
}

export function storyOf({ ledger, registry, runs }: Left): Story {
  const count = (action: string): number => ledger.filter((record) => record.action === action).length;
  return {
    releases: runs
      .filter(({ workflow }) => workflow === 'release')
      .sort((a, b) => a.number - b.number)
      .map(({ name, outcome }) => `${name} ${outcome}`),
    ledger: ledger.map(({ at, action, version, verdict, details }) => {
      const code = (details['reason'] as { readonly code?: string } | undefined)?.code;
      return [at, action, version, verdict, code].filter((part) => part !== null && part !== undefined).join(' ');
    }),
    champion: registry.aliases.champion,
    promoted: count('promote'),
    rejected: count('pipelineFailed'),
    rolledBack: count('rollback'),
  };
}

/** How a killed platform's story ends beside that of the same platform that was left alone. */
export function compareStories(
  whole: Story,
  killed: Story,
): { readonly decidedOtherwise: number; readonly problems: string[] } {
  const other = whole.releases.filter((release, place) => killed.releases[place] !== release).length;
  const decidedOtherwise = Math.max(other, Math.abs(whole.releases.length - killed.releases.length));
  // A release is decided on latencies too, which are the machine's: everything after such a one may be different.
  if (decidedOtherwise > 0) return { decidedOtherwise, problems: [] };
  const place = whole.ledger.findIndex((record, i) => killed.ledger[i] !== record);
  const problems: string[] = [];
  if (whole.champion !== killed.champion) problems.push(`champion ${killed.champion} instead of ${whole.champion}`);
  if (place >= 0) problems.push(`the ledger says ‘${killed.ledger[place]}’ instead of ‘${whole.ledger[place]}’`);
  else if (killed.ledger.length > whole.ledger.length) {
    problems.push(`the ledger also says ‘${killed.ledger[whole.ledger.length]}’`);
  }
  return { decidedOtherwise, problems };
}
