import type { MetricName } from '../contract/metrics';
import type { DashboardPlan, ModelPlan } from './plan';

type Widget = DashboardPlan['widgets'][number];
type Statistic = Widget['metrics'][number]['statistic'];

/** Three dashboards: is the service well, are the models right, how fast and safely do we change them. */
export function planDashboards(models: Readonly<Record<string, ModelPlan>>): DashboardPlan[] {
  const all = Object.values(models);
  // Nothing is shown that nobody emits.
  const gated = all.filter(({ pipeline }) => pipeline.metrics.some(({ name }) => name === 'GateVerdict'));
  const across = (title: string, name: MetricName, statistic: Statistic, of = all): Widget => ({
    title,
    metrics: of.map((model) => ({ model: model.name, name, dimensions: {}, statistic })),
  });
  return [
    {
      id: 'service',
      title: 'Service',
      widgets: [
        across('Latency p99 (ms)', 'Latency', 'p99'),
        across('Errors (% of requests)', 'Errors', 'errorPercent'),
        across('Requests', 'Requests', 'sum'),
      ],
    },
    {
      id: 'model',
      title: 'Model quality and drift',
      widgets: all.flatMap((model) => modelWidgets(model)),
    },
    {
      id: 'delivery',
      title: 'DORA and KPIs',
      widgets: [
        across('Deployment frequency (per day)', 'DeploymentFrequency', 'average'),
        across('Lead time (s)', 'LeadTime', 'average'),
        across('Change failure (%)', 'ChangeFailurePercent', 'average'),
        across('Time to restore (s)', 'TimeToRestore', 'average'),
        across('Rework (%)', 'ReworkPercent', 'average'),
        across('Pipeline success', 'PipelineSuccess', 'average'),
        ...(gated.length > 0 ? [across('Gate verdict', 'GateVerdict', 'minimum', gated)] : []),
        across('Time to fix (s)', 'TimeToFix', 'average'),
      ],
    },
  ];
}

function modelWidgets({ name: model, drift, retraining }: ModelPlan): Widget[] {
  const of = (name: MetricName, statistic: Statistic): Widget['metrics'] =>
    [...(drift?.metrics ?? []), ...(retraining?.metrics ?? [])]
      .filter((one) => one.name === name)
      .map((one) => ({ model, name, dimensions: one.dimensions, statistic }));
  const widgets: Widget[] = [
    { title: `${model}: quality on matured labels`, metrics: of('Quality', 'average') },
    { title: `${model}: drift by column`, metrics: of('DriftScore', 'maximum') },
    { title: `${model}: prediction drift`, metrics: of('PredictionDrift', 'maximum') },
    { title: `${model}: age of data (s)`, metrics: of('DataAge', 'maximum') },
    { title: `${model}: cost per prediction`, metrics: of('CostPerPrediction', 'average') },
    { title: `${model}: retraining`, metrics: [...of('RetrainStarted', 'sum'), ...of('RetrainSuppressed', 'sum')] },
  ];
  return widgets.filter((widget) => widget.metrics.length > 0);
}
