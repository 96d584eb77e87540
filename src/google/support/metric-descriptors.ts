import { MonitoringMetricDescriptor } from '@cdktf/provider-google/lib/monitoring-metric-descriptor';
import { Construct } from 'constructs';
import { metricType } from '../../contract/google';
import { METRICS, type MetricName } from '../../contract/metrics';
import type { MetricPlan } from '../../plan/plan';
import { TerraformStack } from './cdktf';
import { locationOf } from './location';
import { monitoringUnit } from './metric-source';
import { platformContextOf } from './platform-context';

/**
 * Descriptors of the metrics that our handlers emit. They belong to the project, so a stack has each once, whichever
 * construct asks first, and only that of the project's first environment; without them an alert policy could not be created
 * before the first point.
 */
export function describeMetrics(scope: Construct, metrics: readonly MetricPlan[]): MonitoringMetricDescriptor[] {
  if (!platformContextOf(scope).ownsProject) return [];
  const { project } = locationOf(scope);
  const stack = TerraformStack.of(scope);
  const home = (stack.node.tryFindChild('MlpMetrics') as Construct | undefined) ?? new Construct(stack, 'MlpMetrics');
  const names = [...new Set(metrics.filter(isOurs).map((one) => one.name))];
  return names.map(
    (name) => (home.node.tryFindChild(name) as MonitoringMetricDescriptor | undefined) ?? describe(home, name, project),
  );
}

/** What serves is measured by Vertex AI and Cloud Run themselves. */
const isOurs = ({ name }: MetricPlan): boolean => !(METRICS[name].emittedBy as readonly string[]).includes('serving');

const describe = (home: Construct, name: MetricName, project: string): MonitoringMetricDescriptor =>
  new MonitoringMetricDescriptor(home, name, {
    project,
    type: metricType(name),
    displayName: name,
    description: METRICS[name].meaning,
    metricKind: 'GAUGE',
    valueType: 'DOUBLE',
    unit: monitoringUnit(name),
    labels: ['platform', 'model', ...METRICS[name].dimensions.map((one) => one.toLowerCase())].map((key) => ({
      key,
      valueType: 'STRING',
    })),
  });
