import { metricLabels, metricType } from '../../../contract/google';
import { OperationError } from '../../../kernel/problem';
import type { MetricPoint, MetricSink } from '../../ports';
import type { GoogleApi } from './google-api';

/** Series that one request may write. */
const BATCH = 200;
/** A series takes no second point within seconds, and none that is older: a call that is made again says what is known. */
const KNOWN_ALREADY = /more frequently than the maximum|must be written in order|older end time/;

/** Metrics as custom time series of Cloud Monitoring. */
export class MonitoringMetricSink implements MetricSink {
  constructor(
    private readonly api: GoogleApi,
    private readonly subject: { readonly platform: string; readonly model: string },
  ) {}

  async emit(points: readonly MetricPoint[], at: number): Promise<void> {
    const endTime = new Date(at * 1000).toISOString();
    const series = points
      // A number that is none would be refused with all the others.
      .filter(({ value }) => Number.isFinite(value))
      .map(({ name, value, dimensions }) => ({
        metric: {
          type: metricType(name),
          labels: metricLabels(this.subject.platform, this.subject.model, name, dimensions),
        },
        resource: { type: 'global', labels: { project_id: this.api.project } },
        metricKind: 'GAUGE',
        valueType: 'DOUBLE',
        points: [{ interval: { endTime }, value: { doubleValue: value } }],
      }));
    for (let from = 0; from < series.length; from += BATCH) {
      const timeSeries = series.slice(from, from + BATCH);
      await this.api
        .call('POST', 'monitoring', `projects/${this.api.project}/timeSeries`, { timeSeries })
        .catch((error: unknown) => {
          // The other points of the request are written all the same.
          if (!(error instanceof OperationError && KNOWN_ALREADY.test(error.message))) throw error;
        });
    }
  }
}
