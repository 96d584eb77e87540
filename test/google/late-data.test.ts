import { conceptDefinition } from '../concept/definition';
import { Series } from '../concept/google/series';
import { DeployedTemplate } from '../concept/google/template';
import { type Threshold, ThresholdCondition } from '../concept/google/threshold';
import type { Monitoring } from './execution/monitoring';

const MINUTE = 60_000;
const DAY = 86_400_000;
const midnight = Date.parse('2011-03-10T00:00:00Z');

/** Whether `data-freshness` fires at a time, after ages of the newest event (seconds) that were written at some times. */
async function fires(now: number, points: readonly (readonly [at: number, age: number])[]) {
  const template = await DeployedTemplate.of(conceptDefinition(), 'staging');
  const { conditions } = template
    .all('google_monitoring_alert_policy')
    .find(({ user_labels }) => (user_labels as { readonly alarm?: string }).alarm === 'data-freshness')!;
  const [condition] = conditions as readonly { readonly condition_threshold: Threshold }[];
  const written = points.map(([at, doubleValue]) => ({
    metric: {
      type: 'custom.googleapis.com/MlPlatform/DataAge',
      labels: { platform: 'bike-share', model: 'demand' },
    },
    points: [{ interval: { endTime: new Date(at).toISOString() }, value: { doubleValue } }],
  }));
  const series = new Series({ written, requests: [] } as unknown as Monitoring);
  return new ThresholdCondition(condition!.condition_threshold).met(series, now);
}

test('a daily figure that comes minutes later than the day before is late, not missing', async () => {
  const before = [midnight - DAY, 3600] as const;
  expect(await fires(midnight + 10 * MINUTE, [before])).toBe(false);
  expect(await fires(midnight + 90 * MINUTE, [before])).toBe(true);
  expect(await fires(midnight + 10 * MINUTE, [before, [midnight + 10 * MINUTE, 50_000]])).toBe(true);
});
