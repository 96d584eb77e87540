import { PythonEngine } from '../../.ci/google/python-engine';
import { awsTarget } from './aws';
import type { Sabotage } from './aws/deployed';
import { Trino } from './aws/trino';
import { conceptDefinition, END, withoutShadow } from './definition';
import { DIFFERENCES, type Difference, differencesOf, INCIDENT_IS_OVER } from './differences';
import { googleTarget } from './google';
import type { Sabotage as GoogleSabotage } from './google/deployed';
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

/** What differs is told only as long as it does. */
function stillDiffer(story: Story, local: Story, allowed: readonly Difference[]): void {
  for (const { in: part, has, is, why } of allowed) {
    const entries = (has === 'target' ? story : local)[part] as readonly { readonly at: string }[];
    expect([why, entries.some(is)]).toEqual([why, true]);
  }
}

const CLASSPATH = process.env['MLP_TRINO_CLASSPATH'];
const WORKFLOWS_PYTHON = process.env['MLP_WORKFLOWS_PYTHON'];
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
      stillDiffer(story, local, DIFFERENCES.aws);
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

(WORKFLOWS_PYTHON === undefined ? describe.skip : describe)('bike-share on Google Cloud', () => {
  let engine: PythonEngine;
  beforeAll(() => {
    engine = new PythonEngine(WORKFLOWS_PYTHON!);
  });
  afterAll(() => engine.stop());

  const onGoogle = (definition: unknown, sabotage?: GoogleSabotage) => () => googleTarget(definition, engine, sabotage);
  const locally = (definition: unknown) => () => localTarget(definition);

  it(
    'comes to the same verdicts as without a shadow, record by record: the release is taken back',
    async () => {
      const alike = await lived(locally(withoutShadow(conceptDefinition())));
      const story = await lived(onGoogle(conceptDefinition()));
      expect(differencesOf(story, alike, DIFFERENCES.google)).toEqual([]);
      expect(story.chainHolds).toBe(true);
      expect(story.releases.map(({ outcome }) => outcome)).toEqual(['released', 'rolledBack']);
      stillDiffer(story, alike, DIFFERENCES.google);
      expect(story.versions).toEqual(local.versions);
    },
    10 * MINUTES,
  );

  it(
    'comes to the same verdicts where the release goes through',
    async () => {
      const definition = withoutShadow(conceptDefinition(), 3);
      const alike = await lived(locally(definition));
      const story = await lived(onGoogle(definition));
      const allowed = [...DIFFERENCES.google, INCIDENT_IS_OVER];
      expect(differencesOf(story, alike, allowed)).toEqual([]);
      stillDiffer(story, alike, allowed);
      expect(story).toMatchObject({ chainHolds: true, champion: '2' });
    },
    10 * MINUTES,
  );

  it(
    'is found out when a policy has another threshold, and when captures are missing',
    async () => {
      const end = '2011-03-09T00:00:00.000Z';
      const sabotage: GoogleSabotage = {
        template: (template) =>
          template.alter(
            'google_monitoring_alert_policy',
            ({ user_labels }) => (user_labels as { readonly alarm?: string }).alarm === 'data-drift',
            ({ conditions }) => {
              const [{ condition_threshold }] = conditions as [{ condition_threshold: object }];
              return { conditions: [{ condition_threshold: { ...condition_threshold, threshold_value: 2 } }] };
            },
          ),
        isCaptured: (at) => new Date(at).toISOString().slice(0, 10) !== '2011-03-05',
      };
      const story = await lived(onGoogle(conceptDefinition(), sabotage), end);
      const nothing = { versions: [], releases: [], champion: null };
      const told = differencesOf({ ...story, ...nothing }, { ...until(end, local), ...nothing }, DIFFERENCES.google);
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
