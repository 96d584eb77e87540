import { backtest, type ModelBacktest } from '../../../src/local/backtest';
import { createRandom } from '../../../src/runtime/core/statistics/random';
import { DAY, dayOf, definition, Folder, type Row, rows, START } from './support/history';

jest.setTimeout(120_000);
const folder = new Folder();
afterAll(() => folder.remove());

const FROM = 22;
const RELEASE = START + 25 * DAY;
const SHIFTED = RELEASE + 300;

interface Canary {
  /** What is wrong with answers of the new version. */
  readonly fault?: (row: Row) => Partial<Row>;
  /** How long both versions answer. */
  readonly sideBySideMinutes?: number;
  readonly ends?: 'promoted' | 'takenBack';
}

/** Hourly requests, then 90 minutes of one a second in which v2 comes up beside v1. */
function recorded({ fault = () => ({}), sideBySideMinutes = 40, ends = 'promoted' }: Canary): Row[] {
  const random = createRandom('canary');
  const quiet = rows({ days: 25 }).map((row) => ({ ...row, version: 'v1', latencyMs: 40, failed: false }));
  const dense = Array.from({ length: 90 * 60 }, (_, second): Row => {
    const x = Number((random.next() * 10).toFixed(4));
    const after = second - 300;
    const both = after >= 0 && after < sideBySideMinutes * 60;
    const isNew = both ? random.next() < 0.5 : after >= 0 && ends === 'promoted';
    const row: Row = {
      id: `d${second}`,
      at: RELEASE + second,
      x,
      kind: ['a', 'b', 'c'][random.integer(3)]!,
      prediction: 10 * x,
      y: 10 * x,
      version: isNew ? 'v2' : 'v1',
      latencyMs: Math.round(30 + random.next() * 20),
      failed: false,
    };
    return isNew ? { ...row, ...fault(row) } : row;
  });
  // The day after, so that a version that does not answer any more is known to be gone.
  const last = rows({ days: 29 })
    .slice(26 * 24)
    .map((row) => ({
      ...row,
      id: `l${row.id}`,
      version: ends === 'promoted' ? 'v2' : 'v1',
      latencyMs: 40,
      failed: false,
    }));
  return [...quiet, ...dense, ...last];
}

async function run(name: string, canary: Canary, leaveOut: readonly string[] = []): Promise<ModelBacktest> {
  const file = folder.predictions(recorded(canary), `${name}.csv`, leaveOut);
  const result = await backtest({ definition: definition(), history: [file], from: dayOf(FROM) });
  return result.models['line']!;
}

describe('a version that history has promoted', () => {
  it('and that is sound would have been promoted, at the end of both holds', async () => {
    const model = await run('sound', {});
    expect(model.releases).toHaveLength(1);
    const [{ version, champion, from, history, policy }] = model.releases as [ModelBacktest['releases'][number]];
    expect([version, champion]).toEqual(['v2', 'v1']);
    expect(from).toBeGreaterThanOrEqual(SHIFTED);
    expect(from).toBeLessThan(SHIFTED + 60);
    expect(policy).toMatchObject({ outcome: 'promoted', percent: 100, code: 'passed', pausedAt: null });
    // Ten minutes at 50 %, ten at 100 %.
    expect(policy.at).toBe(from + 1200);
    expect(history.outcome).toBe('promoted');
    expect(history.at! - SHIFTED).toBeGreaterThan(39 * 60);
    expect(model.champions.map((one) => one.version)).toEqual(['v1', 'v2']);
    expect(model.champions[1]!.from).toBe(history.at);
    expect(model.alarms.map(({ id }) => id)).toEqual([]);
  });

  it.each<[string, NonNullable<Canary['fault']>, RegExp]>([
    ['slow', ({ latencyMs }) => ({ latencyMs: latencyMs! * 3 }), /p99/],
    ['failing', ({ at }) => ({ failed: at % 12 === 0 }), /errors/],
    ['other-answers', ({ prediction }) => ({ prediction: prediction * 2 }), /PSI/],
  ])('and that is %s would have been rolled back, with a ticket', async (name, fault, why) => {
    const { releases, alarms } = await run(name, { fault });
    const [{ policy, history }] = releases as [ModelBacktest['releases'][number]];
    expect(policy).toMatchObject({ outcome: 'rolledBack', percent: 50, code: 'failed' });
    expect(policy.text).toMatch(why);
    expect(policy.at!).toBeLessThan(SHIFTED + 600);
    expect(history.outcome).toBe('promoted');
    expect(alarms.find(({ id }) => id === 'release-rolled-back')).toMatchObject({
      severity: 'ticket',
      from: policy.at,
    });
  });

  it('sooner than the policy could have compared is not decided by it', async () => {
    const { releases } = await run('hasty', { sideBySideMinutes: 5 });
    expect(releases[0]!.policy).toMatchObject({ outcome: 'undecided', at: null, percent: 50 });
    expect(releases[0]!.policy.text).toMatch(/^history gave it all traffic/);
  });

  it('without latencies is never promoted, and the result says why', async () => {
    const { releases, notes } = await run('blind', {}, ['latency_ms']);
    expect(releases[0]!.policy.outcome).not.toBe('promoted');
    expect(releases[0]!.policy.text).toMatch(/no latencies/);
    expect(notes.join('\n')).toMatch(/without latencies/);
  });
});

it('a version that history has taken back was never champion', async () => {
  const model = await run('taken-back', {
    ends: 'takenBack',
    fault: ({ latencyMs }) => ({ latencyMs: latencyMs! * 3 }),
  });
  expect(model.releases[0]).toMatchObject({ history: { outcome: 'takenBack' }, policy: { outcome: 'rolledBack' } });
  expect(model.champions.map((one) => one.version)).toEqual(['v1']);
});

it('a version that comes back after another one is champion again', async () => {
  const all = rows({ days: 60 }).map((row) => {
    const day = (row.at - START) / DAY;
    return { ...row, version: day >= 35 && day < 45 ? '1.10' : '1.1' };
  });
  const { models } = await backtest({
    definition: definition(),
    history: [folder.predictions(all, 'back.csv')],
    from: dayOf(FROM),
  });
  const model = models['line']!;
  expect(model.champions.map(({ version, from }) => [version, Math.round((from - START) / DAY)])).toEqual([
    ['1.1', FROM],
    ['1.10', 35],
    ['1.1', 45],
  ]);
  // Each is judged on its own answers: those of the other are not there.
  expect(model.windows.quality.find(({ at }) => Math.round((at - START) / DAY) === 38)!.labels).toBeLessThan(3 * 24);
  expect(model.notes.join('\n')).toContain('1.10: taken to be trained on everything before');
});
