import type { Json } from '../../../kernel/json';
import type { MetricPoint, MetricSink } from '../../ports';
import type { JsonlFile } from './jsonl-file';

/** A metric point as it is stored: `at` in epoch seconds. */
export interface StoredPoint extends MetricPoint {
  readonly at: number;
  readonly model: string;
}

/** Metrics as lines of a file, and to whoever listens: alarms, progress. */
export class FileMetricSink implements MetricSink {
  constructor(
    private readonly file: JsonlFile,
    private readonly model: string,
    private readonly listen: (points: readonly StoredPoint[]) => void = () => undefined,
  ) {}

  async emit(points: readonly MetricPoint[], at: number): Promise<void> {
    const stored = points.map((point) => ({ at, model: this.model, ...point }));
    this.file.append(stored);
    this.listen(stored);
  }

  /** All points so far, in the order in which they came. */
  read(): StoredPoint[] {
    return this.file.read().filter((one) => (one as { model?: Json }).model === this.model) as unknown as StoredPoint[];
  }
}
