import { MonitoringDashboard } from '@cdktf/provider-google/lib/monitoring-dashboard';
import { Construct } from 'constructs';
import { pascalCase } from '../../kernel/names';
import type { DashboardPlan } from '../../plan/plan';
import { locationOf } from '../support/location';
import { type MetricSubject, metricSource, monitoringFilter } from '../support/metric-source';

type Widget = DashboardPlan['widgets'][number];
type Series = Widget['metrics'][number];

export interface DashboardsProps {
  readonly dashboards: readonly DashboardPlan[];
  /** Whose numbers a model's are; null for the platform's own. */
  readonly subjectOf: (model: string | null) => MetricSubject;
  /** Objectives whose error budgets stand on the dashboard of the service. @default - none */
  readonly objectives?: readonly ShownObjective[];
}

export interface ShownObjective {
  readonly model: string;
  readonly id: string;
  /** `projects/…/services/…/serviceLevelObjectives/…`. */
  readonly name: string;
}

const COLUMNS = 48;
const WIDTH = 24;
const HEIGHT = 16;
const PERIOD = '300s';

/** The plan's dashboards, two charts a row. */
export class Dashboards extends Construct {
  /** Dashboards by id of the plan. */
  readonly dashboards: Readonly<Record<string, MonitoringDashboard>>;

  constructor(scope: Construct, id: string, { dashboards, subjectOf, objectives = [] }: DashboardsProps) {
    super(scope, id);
    const { project } = locationOf(this);
    this.dashboards = Object.fromEntries(
      dashboards.map((plan) => [
        plan.id,
        new MonitoringDashboard(this, pascalCase(plan.id), {
          project,
          dashboardJson: JSON.stringify(
            dashboardJson(plan, subjectOf, plan.id === 'service' ? budgetWidgets(objectives) : []),
          ),
        }),
      ]),
    );
    this.node.defaultChild = this.dashboards['service'];
  }
}

const dashboardJson = (
  { title, widgets }: DashboardPlan,
  subjectOf: DashboardsProps['subjectOf'],
  budgets: readonly unknown[],
): unknown => ({
  displayName: `${subjectOf(null).platform}: ${title}`,
  mosaicLayout: {
    columns: COLUMNS,
    tiles: [
      ...widgets.map((widget) => ({
        title: widget.title,
        xyChart: { dataSets: widget.metrics.map((series) => dataSet(series, subjectOf(series.model))) },
      })),
      ...budgets,
    ].map((widget, index) => ({
      xPos: (index % 2) * WIDTH,
      yPos: Math.floor(index / 2) * HEIGHT,
      width: WIDTH,
      height: HEIGHT,
      widget,
    })),
  },
});

/** What is left of each error budget, one chart an objective. */
function budgetWidgets(objectives: readonly ShownObjective[]): unknown[] {
  const ids = [...new Set(objectives.map(({ id }) => id))];
  return ids.map((id) => ({
    title: `Error budget left: ${id} (30 days)`,
    xyChart: {
      dataSets: objectives
        .filter((one) => one.id === id)
        .map(({ model, name }) => ({
          plotType: 'LINE',
          legendTemplate: model,
          timeSeriesQuery: {
            timeSeriesFilter: {
              filter: `select_slo_budget_fraction("${name}")`,
              aggregation: { perSeriesAligner: 'ALIGN_NEXT_OLDER' },
            },
            unitOverride: '10^2.%',
          },
        })),
    },
  }));
}

const dataSet = (series: Series, subject: MetricSubject): unknown => ({
  plotType: 'LINE',
  legendTemplate: [subject.model, ...Object.values(series.dimensions)].join(' '),
  timeSeriesQuery: query(series, subject),
});

function query({ name, dimensions, statistic }: Series, subject: MetricSubject): unknown {
  const source = metricSource(name, subject, dimensions);
  const filter = monitoringFilter(source);
  if (statistic === 'errorPercent') {
    const aggregation = { alignmentPeriod: PERIOD, perSeriesAligner: 'ALIGN_RATE', crossSeriesReducer: 'REDUCE_SUM' };
    return {
      timeSeriesFilterRatio: {
        numerator: { filter, aggregation },
        denominator: { filter: monitoringFilter(metricSource('Requests', subject, {})), aggregation },
      },
      unitOverride: '10^2.%',
    };
  }
  return {
    timeSeriesFilter: { filter, aggregation: { alignmentPeriod: PERIOD, ...reduction(statistic, source.kind) } },
  };
}

function reduction(
  statistic: Exclude<Series['statistic'], 'errorPercent'>,
  kind: 'gauge' | 'delta',
): { [key: string]: string } {
  switch (statistic) {
    case 'p50':
      return { perSeriesAligner: 'ALIGN_DELTA', crossSeriesReducer: 'REDUCE_PERCENTILE_50' };
    case 'p99':
      return { perSeriesAligner: 'ALIGN_DELTA', crossSeriesReducer: 'REDUCE_PERCENTILE_99' };
    case 'average':
      return { perSeriesAligner: 'ALIGN_MEAN', crossSeriesReducer: 'REDUCE_MEAN' };
    case 'maximum':
      return { perSeriesAligner: 'ALIGN_MAX', crossSeriesReducer: 'REDUCE_MAX' };
    case 'minimum':
      return { perSeriesAligner: 'ALIGN_MIN', crossSeriesReducer: 'REDUCE_MIN' };
    case 'sum':
      return {
        perSeriesAligner: kind === 'delta' ? 'ALIGN_DELTA' : 'ALIGN_SUM',
        crossSeriesReducer: 'REDUCE_SUM',
      };
  }
}
