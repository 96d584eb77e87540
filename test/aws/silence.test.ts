import { Alarms } from '../concept/aws/alarms';
import { callsOnAlarm } from '../concept/aws/events';
import { Metrics } from '../concept/aws/metrics';
import { DeployedTemplate } from '../concept/aws/template';
import { scale } from '../support/definitions';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MODEL = 'models.demand';
const platform = 'bike-share';

/** The alarms of a platform that looks at its data by a schedule, an hour after the other. */
async function deployed(schedule: object) {
  const template = await DeployedTemplate.of(
    scale({
      [`${MODEL}.monitoring.drift.schedule`]: schedule,
      [`${MODEL}.retraining.on`]: ['freshness'],
      [`${MODEL}.monitoring.freshness`]: '3d',
    }),
    'staging',
  );
  const metrics = new Metrics([]);
  const alarms = new Alarms(template, metrics);
  const freshness = `${platform}-demand-data-freshness`;
  return {
    properties: template
      .all('AWS::CloudWatch::Alarm')
      .map(([, one]) => one)
      .find(({ AlarmName }) => AlarmName === freshness)!,
    emit: (at: number, ageSeconds: number) =>
      metrics.log(
        JSON.stringify({
          _aws: {
            Timestamp: at,
            CloudWatchMetrics: [
              { Namespace: 'MlPlatform', Dimensions: [['Platform', 'Model']], Metrics: [{ Name: 'DataAge' }] },
            ],
          },
          Platform: platform,
          Model: 'demand',
          DataAge: ageSeconds,
        }),
      ),
    /** Changes of `data-freshness`, and who is called on each. */
    pass: (from: number, to: number) => {
      const changes = [];
      for (let at = from; at <= to; at += HOUR) {
        for (const change of alarms.evaluate(at).filter(({ name }) => name === freshness)) {
          const { before, state, begins } = change;
          const calls = callsOnAlarm(template, change, 'event-1', at).map(({ input }) => input);
          changes.push({ afterHours: (at - from) / HOUR, change: `${before} ${state}`, begins, calls });
        }
      }
      return changes;
    },
  };
}

const ASKED = [
  expect.objectContaining({ use: 'decideRetraining', state: expect.objectContaining({ cause: 'freshness' }) }),
];

test('a platform that serves nothing yet is no alarm, however long it takes', async () => {
  const { pass } = await deployed({ every: '1d' });
  expect(pass(DAY, 30 * DAY)).toEqual([]);
});

test('data that stop are told and asked about like data that are too old: within hours of the look that did not come', async () => {
  const { emit, pass } = await deployed({ every: '1d' });
  emit(DAY, 60);
  expect(pass(DAY, 2 * DAY - HOUR)).toEqual([
    { afterHours: 0, change: 'INSUFFICIENT_DATA OK', begins: false, calls: [] },
  ]);
  emit(2 * DAY, 60);
  expect(pass(2 * DAY, 9 * DAY)).toEqual([
    { afterHours: 26, change: 'OK INSUFFICIENT_DATA', begins: true, calls: ASKED },
  ]);
  emit(10 * DAY, 4 * 86_400);
  expect(pass(10 * DAY, 12 * DAY)).toEqual([
    { afterHours: 0, change: 'INSUFFICIENT_DATA ALARM', begins: true, calls: ASKED },
    { afterHours: 26, change: 'ALARM INSUFFICIENT_DATA', begins: false, calls: [] },
  ]);
});

test('a night in which nobody looks is no silence', async () => {
  const { emit, pass } = await deployed({ cron: '0 8-18 * * *', timeZone: 'UTC' });
  for (let day = 1; day < 5; day++) for (let hour = 8; hour <= 18; hour++) emit(day * DAY + hour * HOUR, 60);
  expect(pass(DAY + 8 * HOUR, 5 * DAY + 7 * HOUR).map(({ change }) => change)).toEqual(['INSUFFICIENT_DATA OK']);
  expect(pass(5 * DAY + 8 * HOUR, 5 * DAY + 12 * HOUR).map(({ change }) => change)).toEqual(['OK INSUFFICIENT_DATA']);
});

test('a job that runs by the week is silent on most days: that says nothing', async () => {
  const { emit, pass, properties } = await deployed({ every: '7d' });
  emit(7 * DAY, 60);
  expect(pass(7 * DAY, 13 * DAY).filter(({ begins }) => begins)).toEqual([]);
  expect(properties).not.toHaveProperty('InsufficientDataActions');
});
