import { Dashboard, GraphWidget, type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';
import { pascalCase } from '../../kernel/names';
import type { DashboardPlan } from '../../plan/plan';
import { type MetricSubject, metricOf } from '../support/metric';
import { NAME_LIMITS, physicalName } from '../support/names';

const WIDTH = 12;
const HEIGHT = 6;
const PER_ROW = 2;
const PERIOD_SECONDS = 300;

/** The plan's dashboards; the first one stands for all in `platform.dashboard`. */
export function renderDashboards(
  scope: Construct,
  platform: string,
  dashboards: readonly DashboardPlan[],
  subjectOf: (model: string) => MetricSubject,
): Dashboard[] {
  return dashboards.map((plan) => {
    const widgets = plan.widgets.map(
      (widget) =>
        new GraphWidget({
          title: widget.title,
          width: WIDTH,
          height: HEIGHT,
          left: widget.metrics.flatMap((one) =>
            one.model === null
              ? []
              : [
                  labelled(
                    metricOf(subjectOf(one.model), one.name, {
                      ...one,
                      periodSeconds: PERIOD_SECONDS,
                      idSuffix: pascalCase(one.model),
                    }),
                    one,
                  ),
                ],
          ),
        }),
    );
    const rows = Array.from({ length: Math.ceil(widgets.length / PER_ROW) }, (_, row) =>
      widgets.slice(row * PER_ROW, (row + 1) * PER_ROW),
    );
    return new Dashboard(scope, `${pascalCase(plan.id)}Dashboard`, {
      dashboardName: physicalName(NAME_LIMITS.dashboard, platform, plan.id),
      widgets: rows,
    });
  });
}

/** A line of a graph says what it is of: the model, and the dimensions after it. */
const labelled = (
  metric: IMetric,
  { model, dimensions }: DashboardPlan['widgets'][number]['metrics'][number],
): IMetric =>
  metric instanceof Metric || metric instanceof MathExpression
    ? metric.with({ label: [model, ...Object.values(dimensions)].join(' ') })
    : metric;
