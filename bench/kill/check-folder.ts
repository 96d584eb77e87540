import { type LedgerRecord, verifyChainText } from '../../src/runtime/core/ledger';
import { checkCaptured } from './check-captured';
import type { Left, PlatformFolder } from './folder';

/** Events of a version that may happen once. */
const ONCE = ['register', 'gate', 'approve', 'challenge', 'promote', 'rollback', 'archive'];

/** What must hold of a folder whenever its platform is killed. @returns what does not, in words */
export function checkFolder(folder: PlatformFolder, left: Left): string[] {
  const chain = verifyChainText(left.ledgerLines);
  return [
    ...(chain.ok ? [] : [`the ledger does not verify: ${chain.explanation}`]),
    ...twice(left),
    ...checkServing(left),
    ...checkCaptured(folder, left),
  ];
}

/** Versions whose records say that their gate has passed and that they were approved. */
export const admitted = ({ registry, ledger }: Left): Set<string> => {
  const told = (version: string, action: string, verdict: string): boolean =>
    ledger.some((one) => one.version === version && one.action === action && one.verdict === verdict);
  return new Set(
    Object.keys(registry.versions).filter(
      (version) => told(version, 'gate', 'pass') && told(version, 'approve', 'done'),
    ),
  );
};

function twice({ ledger, registry }: Left): string[] {
  const events = ledger.map((record) => eventOf(record)).filter((event) => event !== null);
  const ofVersions = ledger.filter(({ action }) => ONCE.includes(action));
  const applied = Object.values(registry.versions).flatMap(({ appliedEvents }) => appliedEvents);
  return [
    ...repeated(events).map((event) => `the ledger has the event ${event} twice`),
    ...repeated(ofVersions.map(({ action, version }) => `${action} of version ${version}`)).map(
      (one) => `twice: ${one}`,
    ),
    ...repeated(applied).map((event) => `the registry has applied ${event} twice`),
    ...ofVersions
      .filter(({ verdict }) => verdict === 'refused')
      .map(({ action, version, details }) => `${action} of version ${version} was refused: ${details['problem']}`),
    ...repeated(Object.values(registry.versions).map((one) => one.appliedEvents[0] ?? one.version)).map(
      (event) => `two versions of one run: ${event}`,
    ),
  ];
}

const eventOf = ({ details }: LedgerRecord): string | null =>
  typeof details['event'] === 'string' ? details['event'] : null;

function repeated(values: readonly string[]): string[] {
  const seen = new Set<string>();
  const found = new Set<string>();
  for (const value of values) {
    if (seen.has(value)) found.add(value);
    seen.add(value);
  }
  return [...found];
}

function checkServing(left: Left): string[] {
  const { serving, registry, runs } = left;
  const { champion } = registry.aliases;
  const live = Object.entries(serving?.live ?? {}).filter(([, percent]) => percent > 0);
  const sum = live.reduce((total, [, percent]) => total + percent, 0);
  const releases = runs.some(({ workflow, outcome }) => workflow === 'release' && outcome === 'running');
  const ok = admitted(left);
  const problems: string[] = [];
  if (live.length > 0 && sum !== 100) problems.push(`live traffic adds to ${sum} %: ${JSON.stringify(serving?.live)}`);
  if (champion !== null && live.length === 0) problems.push(`champion ${champion}, and nothing has live traffic`);
  if (champion !== null && !releases && (serving?.live[champion] ?? 0) !== 100) {
    problems.push(`no release is running, and champion ${champion} has not all traffic: ${JSON.stringify(serving)}`);
  }
  for (const [version] of [...live, ...Object.entries(serving?.mirrored ?? {})]) {
    if (!ok.has(version)) problems.push(`version ${version} has traffic without a gate that passed and an approval`);
  }
  return problems;
}
