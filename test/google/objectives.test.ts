import { MlPlatform } from '../../src/google';
import { BURN_RATES } from '../../src/plan/endpoint';
import { planPlatform } from '../../src/plan/plan-platform';
import { SCALE } from './support/examples';
import { type Attributes, all, type Resources, resourcesOf, stackOf } from './support/synth-stack';

const synthesised = (monitoring: object): { readonly resources: Resources; readonly warnings: string[] } => {
  const demand = { ...SCALE.models.demand, monitoring: { ...SCALE.models.demand.monitoring, ...monitoring } };
  const stack = stackOf('prod');
  const platform = new MlPlatform(stack, 'Platform', { definition: { ...SCALE, models: { demand } } as never });
  const { metadata } = platform.model('demand').endpoint.objectives.node;
  return { resources: resourcesOf(stack), warnings: metadata.map(({ data }) => String(data)) };
};
const { resources } = synthesised({});
const objective = (id: string, of: Resources = resources): Attributes | undefined =>
  all(of, 'google_monitoring_slo').find((one) => one['slo_id'] === id);
const burnPolicies = (of: Resources): Attributes[] =>
  all(of, 'google_monitoring_alert_policy').filter(
    (one) => (one['user_labels'] as Attributes)['kind'] === 'availabilityburn',
  );
const thresholdOf = (policy: Attributes): Attributes =>
  (policy['conditions'] as readonly Attributes[])[0]!['condition_threshold'] as Attributes;

describe('objectives of an endpoint', () => {
  test('availability: what has no error of the server, among all answers of this endpoint, over 30 days', () => {
    const [endpoint] = all(resources, 'google_vertex_ai_endpoint');
    expect(objective('availability')).toMatchObject({
      goal: 0.999,
      rolling_period_days: 30,
      request_based_sli: {
        good_total_ratio: {
          bad_service_filter: expect.stringMatching(/response_count".*metric\.labels\.response_code = "5xx"$/),
          total_service_filter: expect.stringMatching(
            new RegExp(`response_count".*endpoint_id = "${endpoint!['name']}"$`),
          ),
        },
      },
    });
  });

  test('latency: a p99 limit is 99 % of answers within it, by the whole time of an answer', () => {
    expect(objective('latency')).toMatchObject({
      goal: 0.99,
      request_based_sli: {
        distribution_cut: {
          distribution_filter: expect.stringMatching(/prediction_latencies".*latency_type = "total"$/),
          range: { min: 0, max: 250 },
        },
      },
    });
  });

  test('stand below one service of Cloud Monitoring', () => {
    const [[id]] = Object.entries(resources['google_monitoring_custom_service']!) as [[string, Attributes]];
    for (const one of all(resources, 'google_monitoring_slo')) {
      expect(one['service']).toBe(`\${google_monitoring_custom_service.${id}.service_id}`);
    }
  });

  test('without an availability target there is the latency objective alone, and no burn rate', () => {
    const { resources: without } = synthesised({ availability: undefined });
    expect(all(without, 'google_monitoring_slo').map((one) => one['slo_id'])).toEqual(['latency']);
    expect(burnPolicies(without)).toEqual([]);
  });
});

describe('burn-rate alarms', () => {
  test('watch the error budget of the objective, over the plan’s windows', () => {
    const [[id]] = Object.entries(resources['google_monitoring_slo']!).filter(
      ([, one]) => one['slo_id'] === 'availability',
    ) as [[string, Attributes]];
    expect(burnPolicies(resources).map((one) => thresholdOf(one)['filter'])).toEqual(
      BURN_RATES.map(
        ({ windowSeconds }) => `select_slo_burn_rate("\${google_monitoring_slo.${id}.name}", "${windowSeconds}s")`,
      ),
    );
    expect(burnPolicies(resources).map((one) => thresholdOf(one)['threshold_value'])).toEqual([14.4, 6]);
  });

  test('fire at the share of errors that the plan says', () => {
    const { alarms } = planPlatform(SCALE).models['demand']!.endpoint;
    const goal = Number(objective('availability')!['goal']);
    for (const policy of burnPolicies(resources)) {
      const planned = alarms.find(({ id }) => id === (policy['user_labels'] as Attributes)['alarm'])!;
      const share = Number(thresholdOf(policy)['threshold_value']) * (1 - goal) * 100;
      expect(share).toBeCloseTo(planned.threshold, 9);
    }
  });

  test('watch the share of errors itself where Cloud Monitoring takes no such objective, and say so', () => {
    const strict = synthesised({ availability: { targetPercent: 99.995 } });
    expect(objective('availability', strict.resources)).toBeUndefined();
    expect(burnPolicies(strict.resources).map((one) => thresholdOf(one)['denominator_filter'])).toEqual([
      expect.stringContaining('response_count'),
      expect.stringContaining('response_count'),
    ]);
    expect(strict.warnings).toEqual([expect.stringContaining('no objective above 99.99 %, got 99.995 %')]);
  });
});

test('the dashboard of the service shows what is left of each error budget', () => {
  const dashboards = all(resources, 'google_monitoring_dashboard').map(
    (one) =>
      JSON.parse(String(one['dashboard_json'])) as { mosaicLayout: { tiles: Attributes[] }; displayName: string },
  );
  const service = dashboards.find(({ displayName }) => displayName.endsWith(': Service'));
  const others = dashboards.filter((one) => one !== service);
  const shown = JSON.stringify(service!.mosaicLayout.tiles).match(/select_slo_budget_fraction/g);
  expect(shown).toHaveLength(2);
  expect(JSON.stringify(others)).not.toContain('select_slo');
  const places = service!.mosaicLayout.tiles.map(({ xPos, yPos }) => `${xPos} ${yPos}`);
  expect(new Set(places).size).toBe(places.length);
});
