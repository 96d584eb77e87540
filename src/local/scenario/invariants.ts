import type { DrillRecord } from './drill-record';
import { figure } from './figure';

/** What has to be so at the end of every drill, whatever its scenario expects. */
export interface InvariantResult {
  readonly kind: 'invariant';
  /** Stable name, e.g. `ledgerVerifies`. */
  readonly id: string;
  readonly text: string;
  readonly passed: boolean;
  readonly got: string;
  readonly at: null;
}

interface Invariant {
  readonly id: string;
  readonly text: string;
  readonly judge: (record: DrillRecord) => { readonly passed: boolean; readonly got: string };
}

/** Shares are read as the endpoint tells them; weights of instances need not be exact in binary. */
const TOLERANCE = 1e-6;

const livePercents = ({ live }: DrillRecord): [version: number, percent: number][] =>
  Object.entries(live).map(([version, percent]) => [Number(version), percent]);
const liveText = (record: DrillRecord): string =>
  livePercents(record)
    .map(([version, percent]) => `version ${version} has ${figure(percent)} %`)
    .join(', ') || 'no version has live traffic';
const runningReleases = ({ runs }: DrillRecord): DrillRecord['runs'] =>
  runs.filter(({ workflow, outcome }) => workflow === 'release' && outcome === 'running');

const INVARIANTS: readonly Invariant[] = [
  {
    id: 'ledgerVerifies',
    text: 'the audit trail verifies',
    judge: ({ ledger }) => ({ passed: ledger.ok, got: `${ledger.records} records: ${ledger.text}` }),
  },
  {
    id: 'trafficIsWhole',
    text: 'live traffic adds up to 100 %, or there is none',
    judge: (record) => {
      const shares = livePercents(record).map(([, percent]) => percent);
      const sum = shares.reduce((total, percent) => total + percent, 0);
      const legal = shares.every((percent) => percent >= 0 && percent <= 100);
      return { passed: shares.length === 0 || (legal && Math.abs(sum - 100) <= TOLERANCE), got: liveText(record) };
    },
  },
  {
    id: 'trafficIsKnown',
    text: 'what has live traffic is the champion, or the challenger of a running release',
    judge: (record) => {
      const allowed = new Set([record.champion.after, ...runningReleases(record).map(({ version }) => version)]);
      const stray = livePercents(record).filter(([version, percent]) => percent > 0 && !allowed.has(version));
      return {
        passed: stray.length === 0,
        got:
          stray.length === 0 ? liveText(record) : `version ${stray.map(([version]) => version).join(', ')} is neither`,
      };
    },
  },
  {
    id: 'releasesHaveAChampion',
    text: 'while a release runs there is a champion to go back to, and something serves',
    judge: (record) => {
      const running = runningReleases(record);
      if (running.length === 0) return { passed: true, got: 'no release runs' };
      const served = livePercents(record).some(([, percent]) => percent > 0);
      return {
        passed: record.champion.after !== null && served,
        got: `release ${running.map(({ name }) => name).join(', ')} runs; ${
          record.champion.after === null ? 'there is no champion' : `champion ${record.champion.after}`
        }, ${liveText(record)}`,
      };
    },
  },
];

/** Judges what has to be so at the end of every drill. */
export const judgeInvariants = (record: DrillRecord): InvariantResult[] =>
  INVARIANTS.map(({ id, text, judge }) => ({ kind: 'invariant', id, text, ...judge(record), at: null }));
