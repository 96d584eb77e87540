import { parsePlatformOrThrow } from '../../src/definition/parse';
import { planPlatform } from '../../src/plan/plan-platform';
import { conceptDefinition } from '../concept/definition';
import { PromCondition } from '../concept/google/prom-query';
import { Series } from '../concept/google/series';
import { DeployedTemplate } from '../concept/google/template';
import { type Threshold, ThresholdCondition } from '../concept/google/threshold';
import type { Monitoring } from './execution/monitoring';

const DAY = 86_400_000;
const labels = { platform: 'bike-share', model: 'demand' };

let query: string;
let template: DeployedTemplate;
beforeAll(async () => {
  template = await DeployedTemplate.of(conceptDefinition(), 'staging');
  const policy = template
    .all('google_monitoring_alert_policy')
    .find(({ user_labels }) => (user_labels as { readonly alarm?: string }).alarm === 'prediction-drift')!;
  const [condition] = policy['conditions'] as readonly Record<string, { readonly query: string }>[];
  query = condition!['condition_prometheus_query_language']!.query;
});

/** Whether the policy fires at a time, after values that were written at some times (ms since the epoch). */
function fires(now: number, points: readonly (readonly [at: number, value: number])[]): boolean | undefined {
  const written = points.map(([at, doubleValue]) => ({
    metric: { type: 'custom.googleapis.com/MlPlatform/PredictionDrift', labels },
    points: [{ interval: { endTime: new Date(at).toISOString() }, value: { doubleValue } }],
  }));
  return new PromCondition(query).met(new Series({ written, requests: [] } as unknown as Monitoring), now);
}

describe('an alarm of two of three days', () => {
  const midnight = Date.parse('2011-03-10T00:00:00Z');
  const late = 20_000;

  it('counts back from now, not from the last midnight', () => {
    const selector =
      'custom_googleapis_com:MlPlatform_PredictionDrift{monitored_resource="global",platform="bike-share",model="demand"}';
    const window = (offset: string) => `(count(max(max_over_time(${selector}[86400s]${offset})) >= 0.25) or vector(0))`;
    expect(query).toBe([window(''), window(' offset 86400s'), window(' offset 172800s')].join(' + ').concat(' >= 2'));
  });

  it('fires at the second value beyond, although the job that wrote it took its time', () => {
    const first = [midnight - DAY + 5000, 0.3] as const;
    expect(fires(midnight, [first])).toBe(false);
    expect(fires(midnight + late, [first, [midnight + late, 0.3]])).toBe(true);
    expect(fires(midnight + late, [first, [midnight + late, 0.1]])).toBe(false);
  });

  it('forgets what is older than three days, and is quiet without values', () => {
    const old = [midnight - 3 * DAY - 5000, 0.3] as const;
    expect(fires(midnight + late, [old, [midnight + late, 0.3]])).toBe(false);
    expect(fires(midnight, [])).toBe(false);
  });
});

describe('an alarm on what Vertex AI counts, which can be seen three minutes late', () => {
  const start = Date.parse('2011-03-10T12:00:00Z');
  const MINUTE = 60_000;

  function firstFires(failing: readonly number[]): number | null {
    const policy = template
      .all('google_monitoring_alert_policy')
      .find(({ user_labels }) => (user_labels as { readonly alarm?: string }).alarm === 'endpoint-errors')!;
    const [condition] = policy['conditions'] as readonly Record<string, { readonly query: string }>[];
    const own = new PromCondition(condition!['condition_prometheus_query_language']!.query);
    const requests = Array.from({ length: 20 * 60 }, (_, second) => ({
      version: 1,
      at: start + second * 1000,
      latencyMs: 5,
      failed: failing.includes(Math.floor(second / 60)),
    }));
    const series = new Series({ written: [], requests } as unknown as Monitoring);
    const minutes = Array.from({ length: 30 }, (_, minute) => minute);
    return minutes.find((minute) => own.met(series, start + minute * MINUTE) === true) ?? null;
  }

  it('fires as soon as two windows beyond can be seen, and not for one bad minute', () => {
    // Minutes 5 to 8 fail: at 11 can be seen what came before 8, which are two windows with failures in each.
    expect(firstFires([5, 6, 7, 8])).toBe(11);
    expect(firstFires([5])).toBeNull();
    expect(firstFires([])).toBeNull();
  });

  it('has windows that end where figures can be seen, of two samples each', () => {
    const text = JSON.stringify(template.all('google_monitoring_alert_policy'));
    const windows = [...text.matchAll(/increase\([^[]+\[(\d+)s\](?: offset (\d+)s)?/g)];
    expect(windows.length).toBeGreaterThan(0);
    for (const [, length, offset = '0'] of windows) {
      expect(Number(length)).toBeGreaterThanOrEqual(120);
      expect(Number(offset)).toBeGreaterThanOrEqual(180);
    }
  });
});

describe('the policy of a group', () => {
  const now = Date.parse('2011-03-10T00:00:20Z');
  const conditionOf = (label: 'alarm' | 'group', name: string) => {
    const found = template
      .all('google_monitoring_alert_policy')
      .find(({ user_labels }) => (user_labels as Record<string, string>)[label] === name)!;
    return (found['conditions'] as readonly Record<string, unknown>[])[0]!;
  };

  it('fires when one of its alarms does, at the same values', () => {
    const group = conditionOf('group', 'quality')['condition_prometheus_query_language'] as { readonly query: string };
    const parts = group.query.slice(1, -1).split(') or (');
    const alarms = planPlatform(parsePlatformOrThrow(conceptDefinition())).models['demand']!.drift!.pageGroup!.alarms;
    expect(parts).toHaveLength(alarms.length);
    for (const [place, alarm] of alarms.entries()) {
      const threshold = conditionOf('alarm', alarm)['condition_threshold'] as Threshold;
      const type = /metric\.type = "([^"]+)"/.exec(threshold.filter)![1]!;
      const asked = [...threshold.filter.matchAll(/metric\.labels\.(\w+) = "([^"]*)"/g)].map(([, name, value]) => [
        name,
        value,
      ]);
      const verdicts = [-1e-9, 0, 1e-9, 1].map((more) => {
        const value = { doubleValue: threshold.threshold_value + more };
        const point = { interval: { endTime: new Date(now).toISOString() }, value };
        const written = [{ metric: { type, labels: Object.fromEntries(asked) }, points: [point] }];
        const series = new Series({ written, requests: [] } as unknown as Monitoring);
        return [new PromCondition(parts[place]!).met(series, now), new ThresholdCondition(threshold).met(series, now)];
      });
      for (const [ofGroup, own] of verdicts) expect([alarm, ofGroup]).toEqual([alarm, own]);
      expect(new Set(verdicts.map(([one]) => one)).size).toBe(2);
    }
  });
});
