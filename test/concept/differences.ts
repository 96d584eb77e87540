import type { Story } from './target';

/** Something that a target has and the local engine has not, or the other way round, and why that is so. */
export interface Difference {
  readonly in: 'records' | 'alarms';
  /** Who has it. */
  readonly has: 'target' | 'local';
  /** Whether an entry is one of these. */
  readonly is: (entry: { readonly at: string; readonly id?: string; readonly action?: string }) => boolean;
  readonly why: string;
}

/** All that may differ; whatever is not in here is equal. */
export const DIFFERENCES: Readonly<Record<'aws' | 'google', readonly Difference[]>> = {
  aws: [
    {
      in: 'alarms',
      has: 'target',
      is: ({ id }) => id === 'cost-per-prediction',
      why: 'an instance has a price there; a process on this machine is not billed, and the costs of a replay say nothing',
    },
    {
      in: 'records',
      has: 'target',
      is: ({ action }) => action === 'incidentEscalated',
      why: 'people are told again of an incident that nobody takes; on one machine there is nobody to be paged',
    },
  ],
  google: [
    {
      in: 'alarms',
      has: 'target',
      is: ({ id }) => id === 'cost-per-prediction',
      why: 'an instance has a price there; a process on this machine is not billed, and the costs of a replay say nothing',
    },
    {
      in: 'records',
      has: 'target',
      is: ({ action }) => action === 'incidentEscalated',
      why: 'people are told again of an incident that nobody takes; on one machine there is nobody to be paged',
    },
  ],
};

/** Where a release ends what has been alarmed: the alarm is over, and so is its incident. */
export const INCIDENT_IS_OVER: Difference = {
  in: 'records',
  has: 'target',
  is: ({ action }) => action === 'incidentResolved',
  why: 'an incident is over when its alarm is; on one machine nobody is told of either',
};

/** Numbers that the engines sum in another order: relative to the larger of 1 and the number. */
const TOLERANCE = 1e-9;

type Entry = { readonly at: string };

/** Where a target's story is another one than the local engine's: a line for each entry that one of them has alone. */
export function differencesOf(target: Story, local: Story, allowed: readonly Difference[]): string[] {
  const of = <T extends Entry>(has: Difference['has'], part: Difference['in'], entries: readonly T[]): T[] =>
    entries.filter((entry) => !allowed.some((one) => one.has === has && one.in === part && one.is(entry)));
  return [
    ...compared('record', of('target', 'records', target.records), of('local', 'records', local.records)),
    ...compared('alarm', of('target', 'alarms', target.alarms), of('local', 'alarms', local.alarms)),
    ...compared('window', target.windows, local.windows),
    ...compared('version', target.versions, local.versions),
    ...compared('release', target.releases, local.releases),
    ...compared('champion', [target.champion], [local.champion]),
  ];
}

function compared(what: string, actual: readonly unknown[], expected: readonly unknown[]): string[] {
  const missing = (from: readonly unknown[], among: readonly unknown[]): string[] =>
    from.filter((one) => !among.some((other) => equal(one, other))).map((one) => JSON.stringify(one));
  const lines = [
    ...missing(actual, expected).map((one) => `${what}, not locally: ${one}`),
    ...missing(expected, actual).map((one) => `${what}, locally alone: ${one}`),
  ];
  const inOrder = actual.length === expected.length && actual.every((one, place) => equal(one, expected[place]));
  if (lines.length > 0 || inOrder) return lines;
  const place = actual.findIndex((one, at) => !equal(one, expected[at]));
  const [one, other] = [actual[place], expected[place]].map((entry) => JSON.stringify(entry));
  return [`${what}: the same ones in another order, or not as often: ${one} in the place of ${other}`];
}

function equal(one: unknown, other: unknown): boolean {
  if (typeof one === 'number' && typeof other === 'number') {
    return Math.abs(one - other) <= TOLERANCE * Math.max(1, Math.abs(other));
  }
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) =>
    equal((one as Record<string, unknown>)[key], (other as Record<string, unknown>)[key]),
  );
}
