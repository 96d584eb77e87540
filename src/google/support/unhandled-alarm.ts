import { MonitoringAlertPolicy } from '@cdktf/provider-google/lib/monitoring-alert-policy';
import type { Construct } from 'constructs';
import type { INotifications } from '../ml-platform/notifications';
import { labelValue } from './labels';
import { locationOf } from './location';
import { modelLabels, platformContextOf } from './platform-context';

export interface UnhandledProps {
  readonly model: string;
  /** Part of the model whose handler it is: pipeline, release, monitor, retraining. */
  readonly part: string;
  /** Name of the handler's Cloud Run service. */
  readonly service: string;
  readonly notifications?: INotifications;
}

/** Schedules, subscriptions and workflows call four times at least before they give up. */
const TRIES = 4;
const WINDOW_SECONDS = 900;

/**
 * Tells people of calls that a handler could not answer, after all tries: four server errors within a quarter of an hour. One
 * error that the next try mends is nobody's business. A handler that nobody calls says nothing.
 */
export function alarmOnUnhandled(scope: Construct, { model, part, service, notifications }: UnhandledProps): void {
  const context = platformContextOf(scope);
  const runbook = context.runbook('handlerFailure');
  const summary = `The ${part} handler of ${model} fails, also when it is called again`;
  new MonitoringAlertPolicy(scope, 'Unhandled', {
    project: locationOf(scope).project,
    displayName: `${context.platform} / ${model}: ${part}-unhandled`,
    combiner: 'OR',
    severity: 'ERROR',
    conditions: [
      {
        displayName: summary,
        conditionThreshold: {
          filter: [
            'resource.type = "cloud_run_revision"',
            `resource.labels.service_name = "${service}"`,
            'metric.type = "run.googleapis.com/request_count"',
            'metric.labels.response_code_class = "5xx"',
          ].join(' AND '),
          aggregations: [
            {
              alignmentPeriod: `${WINDOW_SECONDS}s`,
              perSeriesAligner: 'ALIGN_DELTA',
              crossSeriesReducer: 'REDUCE_SUM',
            },
          ],
          comparison: 'COMPARISON_GT',
          thresholdValue: TRIES - 1,
          duration: '0s',
        },
      },
    ],
    documentation: {
      mimeType: 'text/markdown',
      subject: `[ticket] ${model}: ${part}-unhandled`,
      content: [`${summary}.`, '', `Runbook: ${runbook}`].join('\n'),
    },
    notificationChannels: [...(notifications?.channels('ticket') ?? [])],
    alertStrategy: { autoClose: '86400s' },
    userLabels: {
      ...modelLabels(context, model),
      alarm: `${part}-unhandled`,
      kind: labelValue('handlerFailure'),
      urgency: 'ticket',
    },
  });
}
