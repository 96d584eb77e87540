import { awsTarget } from './aws';
import type { Sabotage } from './aws/deployed';
import { Trino } from './aws/trino';
import { conceptDefinition, END } from './definition';
import { DIFFERENCES, differencesOf } from './differences';
import { localTarget } from './local';
import type { ConceptTarget, Story } from './target';

/** A platform from its first model to the one after the decay. Every target lives through this, and nothing else. */
async function lived(open: () => Promise<ConceptTarget>, end = END): Promise<Story> {
  const target = await open();
  try {
    await target.releaseFirst();
    await target.advanceTo(end);
    return await target.story();
  } finally {
    await target.close();
  }
}

const until = (end: string, { records, alarms, windows, ...rest }: Story): Story => ({
  ...rest,
  records: records.filter(({ at }) => at <= end),
  alarms: alarms.filter(({ at }) => at <= end),
  windows: windows.filter(({ at }) => at <= end),
});

const CLASSPATH = process.env['MLP_TRINO_CLASSPATH'];
const MINUTES = 60_000;

let local: Story;
beforeAll(async () => {
  local = await lived(() => localTarget(conceptDefinition()));
}, 5 * MINUTES);

describe('bike-share on one machine', () => {
  it('releases the model of January and February', () => {
    expect(local.versions[0]).toMatchObject({ version: 1, run: 'initial', gate: 'pass' });
    expect(local.releases[0]).toEqual({ version: 1, outcome: 'released', steps: ['verify', 'deployFirst', 'promote'] });
  });

  it('judges every day of spring on what was captured', () => {
    const days = (Date.parse(END) - Date.parse('2011-03-01T00:00:00Z')) / 86_400_000;
    expect(local.windows.filter(({ job }) => job === 'drift')).toHaveLength(days);
    expect(local.windows.filter(({ job }) => job === 'quality')).toHaveLength(days);
    expect(local.windows.filter(({ job }) => job === 'drift').at(-1)!.rows).toBeGreaterThan(150);
  });

  it('alarms the decay, trains again, passes the gate, and releases by shadow and canary', () => {
    const decay = local.alarms.find(({ id }) => id === 'quality-mae-decay');
    expect(decay?.at.slice(0, 7)).toBe('2011-04');
    const after = local.records.filter(({ at }) => at >= decay!.at);
    expect(after.slice(0, 2)).toMatchObject([
      { action: 'incident', verdict: 'page', code: 'qualityDecay' },
      { action: 'decideRetraining', verdict: 'retrain', code: 'start' },
    ]);
    expect(local.versions[1]).toMatchObject({ version: 2, gate: 'pass' });
    expect(local.releases[1]).toMatchObject({ version: 2, outcome: 'released' });
    expect(local.releases[1]!.steps).toEqual([
      'verify',
      'shadowDeploy',
      'shadowLook',
      'deploy',
      'shift1',
      'look1',
      'shift2',
      'look2',
      'shift3',
      'look3',
      'promote',
    ]);
    expect(local.champion).toBe('2');
    expect(local.chainHolds).toBe(true);
  });
});

(CLASSPATH === undefined ? describe.skip : describe)('bike-share on AWS', () => {
  let trino: Trino;
  beforeAll(async () => {
    trino = await Trino.start(CLASSPATH!);
  }, MINUTES);
  afterAll(() => trino.close());

  const onAws = (sabotage?: Sabotage) => () => awsTarget(conceptDefinition(), trino, sabotage);

  it(
    'comes to the same verdicts, record by record',
    async () => {
      const story = await lived(onAws());
      expect(differencesOf(story, local, DIFFERENCES.aws)).toEqual([]);
      expect(story.chainHolds).toBe(true);
      // What differs is told only as long as it does.
      for (const { in: part, is, why } of DIFFERENCES.aws) {
        expect([why, (story[part] as readonly { at: string }[]).some(is)]).toEqual([why, true]);
      }
    },
    15 * MINUTES,
  );

  it(
    'is found out when an alarm has another threshold, and when captures are missing',
    async () => {
      const end = '2011-03-09T00:00:00.000Z';
      const story = await lived(
        onAws({
          template: (template) =>
            template.alter('AWS::CloudWatch::Alarm', 'bike-share-demand-data-drift', { Threshold: 2 }),
          isCaptured: (at) => new Date(at).toISOString().slice(0, 10) !== '2011-03-05',
        }),
        end,
      );
      const told = differencesOf(
        { ...story, versions: [], releases: [], champion: null },
        { ...until(end, local), versions: [], releases: [], champion: null },
        DIFFERENCES.aws,
      );
      expect(told).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/^record, locally alone: .*driftAlone/),
          expect.stringMatching(/^alarm, locally alone: .*data-drift/),
          expect.stringMatching(/^alarm, not locally: .*data-freshness.*2011-03-06/),
          expect.stringMatching(/^window, not locally: .*"drift","at":"2011-03-06T00:00:00.000Z".*"rows":96,/),
        ]),
      );
    },
    5 * MINUTES,
  );
});
