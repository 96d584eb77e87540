import { MonitoringCustomService } from '@cdktf/provider-google/lib/monitoring-custom-service';
import { MonitoringSlo, type MonitoringSloRequestBasedSli } from '@cdktf/provider-google/lib/monitoring-slo';
import { Construct } from 'constructs';
import { pascalCase } from '../../kernel/names';
import { MAX_OBJECTIVE_PERCENT_ON_GOOGLE as MAX_TARGET } from '../../plan/partial-gaps';
import type { ObjectivePlan } from '../../plan/plan';
import { Annotations } from '../support/cdktf';
import { locationOf } from '../support/location';
import { type MetricSubject, metricSource, monitoringFilter } from '../support/metric-source';
import { physicalName } from '../support/names';
import { modelLabels, platformContextOf } from '../support/platform-context';

export interface ObjectivesProps {
  readonly objectives: readonly ObjectivePlan[];
  readonly subject: MetricSubject;
}

/** How fast an alarm finds the error budget of an objective used up. */
export interface BurnRate {
  /** Full name of the objective: `projects/…/services/…/serviceLevelObjectives/…`. */
  readonly objective: string;
  /** Multiples of the rate that uses the budget up just at its end. */
  readonly rate: number;
  readonly windowSeconds: number;
}

const DAY = 86_400;

/** A service of Cloud Monitoring for an endpoint, and its objectives: their error budgets are what burn-rate alarms watch. */
export class Objectives extends Construct {
  /** Objectives by id of the plan. */
  readonly objectives: Readonly<Record<string, MonitoringSlo>>;
  /** By id of an alarm. */
  readonly burnRates: Readonly<Record<string, BurnRate>>;

  constructor(scope: Construct, id: string, { objectives, subject }: ObjectivesProps) {
    super(scope, id);
    const { project } = locationOf(this);
    const context = platformContextOf(this);
    const userLabels = modelLabels(context, subject.model);
    const rendered = objectives.filter(({ targetPercent }) => targetPercent <= MAX_TARGET);
    for (const { id: objective, targetPercent } of objectives.filter((one) => !rendered.includes(one))) {
      Annotations.of(this).addWarning(
        `${objective}: Cloud Monitoring takes no objective above ${MAX_TARGET} %, got ${targetPercent} %; its alarms watch the share of errors itself`,
      );
    }
    const service =
      rendered.length === 0
        ? undefined
        : new MonitoringCustomService(this, 'Service', {
            project,
            serviceId: physicalName(this, 'monitoringService', context.platform, subject.model),
            displayName: `${context.platform} / ${subject.model}`,
            userLabels,
          });
    this.node.defaultChild = service;
    this.objectives = Object.fromEntries(
      rendered.map((plan) => [
        plan.id,
        new MonitoringSlo(this, pascalCase(plan.id), {
          project,
          service: service!.serviceId,
          sloId: plan.id,
          displayName: plan.summary,
          goal: fraction(plan.targetPercent),
          rollingPeriodDays: plan.windowSeconds / DAY,
          requestBasedSli: indicator(plan, subject),
          userLabels,
        }),
      ]),
    );
    this.burnRates = Object.fromEntries(
      rendered.flatMap(({ id: objective, burnRates }) =>
        burnRates.map(({ alarm, rate, windowSeconds }): [string, BurnRate] => [
          alarm,
          { objective: this.objectives[objective]!.name, rate, windowSeconds },
        ]),
      ),
    );
  }
}

/** 99.9 % as 0.999, without the last digits of a division. */
const fraction = (percent: number): number => Number((percent / 100).toPrecision(12));

/** Good is what was answered in time, or without an error of the server. */
function indicator({ latencyMs }: ObjectivePlan, subject: MetricSubject): MonitoringSloRequestBasedSli {
  const filter = (name: 'Latency' | 'Errors' | 'Requests'): string => monitoringFilter(metricSource(name, subject, {}));
  return latencyMs === null
    ? { goodTotalRatio: { badServiceFilter: filter('Errors'), totalServiceFilter: filter('Requests') } }
    : { distributionCut: { distributionFilter: filter('Latency'), range: { min: 0, max: latencyMs } } };
}
