import { metricLabels, metricType } from '../../contract/google';
import type { MetricName } from '../../contract/metrics';
import { METRICS } from '../../contract/metrics';

/** Where the numbers of a metric come from in Cloud Monitoring. */
export interface MetricSource {
  readonly type: string;
  readonly resource: string;
  /** Values that a series must have: `metric.labels.model` → `churn`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly kind: 'gauge' | 'delta';
  readonly value: 'number' | 'distribution';
}

/** Whose numbers are asked for. */
export interface MetricSubject {
  readonly platform: string;
  readonly model: string;
  /** Id of the Vertex AI endpoint; null where the subject serves nothing. */
  readonly endpointId: string | null;
}

const ONLINE = 'aiplatform.googleapis.com/prediction/online';
/**
 * Metrics that Vertex AI emits for an endpoint. Answers are counted by response code: `prediction_count` counts the instances
 * of a request, and `error_count` also what the caller has done wrong. Of latencies `total` is the whole time of an answer;
 * without it the parts of each request would be counted as requests of their own.
 */
const OF_ENDPOINT = {
  Latency: {
    type: `${ONLINE}/prediction_latencies`,
    value: 'distribution',
    labels: { 'metric.labels.latency_type': 'total' },
  },
  Errors: {
    type: `${ONLINE}/response_count`,
    value: 'number',
    labels: { 'metric.labels.response_code': '5xx' },
  },
  Requests: { type: `${ONLINE}/response_count`, value: 'number', labels: {} },
} as const;

const isOfEndpoint = (name: MetricName): name is keyof typeof OF_ENDPOINT => Object.hasOwn(OF_ENDPOINT, name);

/** Where a metric of the vocabulary is found. */
export function metricSource(
  name: MetricName,
  subject: MetricSubject,
  dimensions: Readonly<Record<string, string>>,
): MetricSource {
  if (isOfEndpoint(name)) {
    return {
      ...OF_ENDPOINT[name],
      resource: 'aiplatform.googleapis.com/Endpoint',
      labels: { 'resource.labels.endpoint_id': subject.endpointId ?? '', ...OF_ENDPOINT[name].labels },
      kind: 'delta',
    };
  }
  const labels = metricLabels(subject.platform, subject.model, name, dimensions);
  // An alarm over a dimension that it does not name is about all of its values, unless the emitter sends a whole.
  const asked = Object.entries(labels).filter(
    ([label]) => ['platform', 'model'].includes(label) || named(label, dimensions) || label === 'slice',
  );
  return {
    type: metricType(name),
    resource: 'global',
    labels: Object.fromEntries(asked.map(([label, value]) => [`metric.labels.${label}`, value])),
    kind: 'gauge',
    value: 'number',
  };
}

const named = (label: string, dimensions: Readonly<Record<string, string>>): boolean =>
  Object.keys(dimensions).some((dimension) => dimension.toLowerCase() === label);

/** A filter of Cloud Monitoring. */
export const monitoringFilter = ({ type, resource, labels }: MetricSource): string =>
  [
    `metric.type = "${type}"`,
    `resource.type = "${resource}"`,
    ...Object.entries(labels).map(([label, value]) => `${label} = ${JSON.stringify(value)}`),
  ].join(' AND ');

/** The same series as a PromQL selector, with an optional suffix of the name (`_bucket`). */
export function promSelector({ type, resource, labels }: MetricSource, suffix = ''): string {
  const [host = '', ...path] = type.split('/');
  const name = `${host.replaceAll('.', '_')}:${path.join('_').replace(/[^A-Za-z0-9_]/g, '_')}${suffix}`;
  const matchers = [
    `monitored_resource=${JSON.stringify(resource)}`,
    ...Object.entries(labels).map(([label, value]) => `${label.split('.').at(-1)}=${JSON.stringify(value)}`),
  ];
  return `${name}{${matchers.join(',')}}`;
}

/** Unit of a metric as Cloud Monitoring writes it (UCUM). */
export const monitoringUnit = (name: MetricName): string =>
  ({ ms: 'ms', count: '1', '1': '1', percent: '%', s: 's', currency: '1', perDay: '1/d' })[METRICS[name].unit];
