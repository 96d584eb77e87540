import {
  MonitoringAlertPolicy,
  type MonitoringAlertPolicyConditionsConditionThresholdAggregations,
} from '@cdktf/provider-google/lib/monitoring-alert-policy';
import type { Construct } from 'constructs';
import type { INotifications } from '../ml-platform/notifications';
import { labelValue } from './labels';
import { locationOf } from './location';
import { modelLabels, platformContextOf } from './platform-context';

interface AlarmProps {
  readonly model: string;
  /** Part of the model whose handler it is: pipeline, release, monitor, retraining. */
  readonly part: string;
  readonly notifications?: INotifications;
}

export interface UnhandledProps extends AlarmProps {
  /** Name of the handler's Cloud Run service. */
  readonly service: string;
}

export interface DeadLettersProps extends AlarmProps {
  /** Name of the subscription that keeps them. */
  readonly subscription: string;
}

/** Schedules, subscriptions and workflows call four times at least before they give up. */
const TRIES = 4;
const WINDOW_SECONDS = 900;

/**
 * Tells people of calls that a handler could not answer, after all tries: four server errors within a quarter of an hour. One
 * error that the next try mends is nobody's business. A handler that nobody calls says nothing.
 */
export function alarmOnUnhandled(scope: Construct, { service, ...props }: UnhandledProps): void {
  ticket(scope, 'Unhandled', props, {
    id: `${props.part}-unhandled`,
    summary: `The ${props.part} handler of ${props.model} fails, also when it is called again`,
    terms: [
      'resource.type = "cloud_run_revision"',
      `resource.labels.service_name = "${service}"`,
      'metric.type = "run.googleapis.com/request_count"',
      'metric.labels.response_code_class = "5xx"',
    ],
    aggregation: {
      alignmentPeriod: `${WINDOW_SECONDS}s`,
      perSeriesAligner: 'ALIGN_DELTA',
      crossSeriesReducer: 'REDUCE_SUM',
    },
    above: TRIES - 1,
  });
}

/** Tells people of messages that a handler did not take at all, whatever it answered: also those that it refuses for good. */
export function alarmOnDeadLetters(scope: Construct, { subscription, ...props }: DeadLettersProps): void {
  ticket(scope, 'Alarm', props, {
    id: `${props.part}-dead-letters`,
    summary: `Messages that the ${props.part} handler of ${props.model} could not handle`,
    terms: [
      'resource.type = "pubsub_subscription"',
      `resource.labels.subscription_id = "${subscription}"`,
      'metric.type = "pubsub.googleapis.com/subscription/num_undelivered_messages"',
    ],
    aggregation: { alignmentPeriod: '300s', perSeriesAligner: 'ALIGN_MAX', crossSeriesReducer: 'REDUCE_MAX' },
    above: 0,
  });
}

interface Watched {
  readonly id: string;
  readonly summary: string;
  readonly terms: readonly string[];
  readonly aggregation: MonitoringAlertPolicyConditionsConditionThresholdAggregations;
  readonly above: number;
}

function ticket(scope: Construct, id: string, { model, notifications }: AlarmProps, watched: Watched): void {
  const context = platformContextOf(scope);
  const runbook = context.runbook('handlerFailure');
  const { summary } = watched;
  new MonitoringAlertPolicy(scope, id, {
    project: locationOf(scope).project,
    displayName: `${context.platform} / ${model}: ${watched.id}`,
    combiner: 'OR',
    severity: 'ERROR',
    conditions: [
      {
        displayName: summary,
        conditionThreshold: {
          filter: watched.terms.join(' AND '),
          aggregations: [watched.aggregation],
          comparison: 'COMPARISON_GT',
          thresholdValue: watched.above,
          duration: '0s',
        },
      },
    ],
    documentation: {
      mimeType: 'text/markdown',
      subject: `[ticket] ${model}: ${watched.id}`,
      content: [`${summary}.`, '', `Runbook: ${runbook}`].join('\n'),
    },
    notificationChannels: [...(notifications?.channels('ticket') ?? [])],
    alertStrategy: { autoClose: '86400s' },
    userLabels: {
      ...modelLabels(context, model),
      alarm: watched.id,
      kind: labelValue('handlerFailure'),
      urgency: 'ticket',
    },
  });
}
