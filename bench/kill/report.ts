import type { Outcome } from './battery';
import { PHASE_NAMES } from './moments';

/** The outcome as markdown. */
export function summaryOf({ kills, violations, stories, decidedOtherwise }: Outcome, seconds: number): string {
  const phases = PHASE_NAMES.map((name) => [name, kills.filter(({ phase }) => phase === name)] as const);
  const resumed = kills.filter((kill) => kill.resumed).length;
  const sum = (field: 'promoted' | 'rejected' | 'rolledBack'): number =>
    stories.reduce((total, { killed }) => total + killed[field], 0);
  const releases = stories.reduce((total, { whole }) => total + whole.releases.length, 0);
  return [
    '| killed in | kills | resumed |',
    '|---|---|---|',
    ...phases.map(([name, of]) => `| ${name} | ${of.length} | ${of.filter((kill) => kill.resumed).length} |`),
    `| **all** | **${kills.length}** | **${resumed}** |`,
    '',
    `- ${stories.length} platforms to their end: ${sum('promoted')} versions promoted, ${sum('rejected')} rejected by their gate, ${sum('rolledBack')} rolled back`,
    `- releases decided otherwise than without kills: ${decidedOtherwise} of ${releases}`,
    `- violations: ${violations.length}`,
    `- ${seconds.toFixed(0)} s`,
  ].join('\n');
}
