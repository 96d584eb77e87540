import type { z } from 'zod';
import type {
  BuiltInMetric,
  CustomMetric,
  METRIC_DIRECTIONS,
  MetricDirection,
  MetricOf,
  Task,
} from '../kernel/metric-catalogue';
import type { DeepReadonly } from '../kernel/readonly';
import type { columnSchema } from './data';
import type { evaluationSchema } from './evaluation';
import type { modelSchema } from './model';
import type { monitoringSchema, qualitySchema } from './monitoring';
import type { platformSchema } from './platform';

/**
 * Types of a definition as written in TypeScript. They say more than the schema's own input types: which metrics a task
 * has, and which bound a metric takes.
 */
type Better<D extends MetricDirection, Extra> = (D extends 'higherIsBetter'
  ? { min?: number; max?: never }
  : { max?: number; min?: never }) &
  Extra;
type DirectionOf<M extends BuiltInMetric> = (typeof METRIC_DIRECTIONS)[M];

interface VsChampion {
  /** In the metric's unit. @default 0 */
  margin?: number;
  /** @default nonInferior */
  mode?: 'nonInferior' | 'superior';
}

/** Metrics of other tasks, so that they are refused also in a literal that was built apart. */
type NotOf<T extends Task> = { [M in Exclude<BuiltInMetric, MetricOf<T>>]?: never };

/** metric → bounds, for the metrics of a task; `custom.<name>` says its direction. */
export type GateMetrics<T extends Task, Direction = { direction: MetricDirection }> = {
  [M in MetricOf<T>]?: Better<DirectionOf<M>, { vsChampion?: VsChampion }>;
} & NotOf<T> & {
    [M in CustomMetric]?: Direction & { min?: number; max?: number; vsChampion?: VsChampion };
  };

/** metric → bounds on matured labels, in the metric's bad direction. */
export type QualityMetrics<T extends Task> = {
  [M in MetricOf<T>]?: Better<DirectionOf<M>, { maxWorseThanRelease?: number }>;
} & NotOf<T> & {
    [M in CustomMetric]?: { min?: number; max?: number; maxWorseThanRelease?: number };
  };

type RawEvaluation = z.input<typeof evaluationSchema>;
type RawSlice = NonNullable<RawEvaluation['slices']>[number];
type RawFairness = NonNullable<RawEvaluation['fairness']>[number];
type RawModel = z.input<typeof modelSchema>;

export type EvaluationInput<T extends Task = Task> = Omit<
  RawEvaluation,
  'metrics' | 'primary' | 'slices' | 'fairness'
> & {
  metrics: GateMetrics<T>;
  primary?: MetricOf<T> | CustomMetric;
  /** A custom metric says its direction once, in `metrics`. */
  slices?: (Omit<RawSlice, 'metrics'> & { metrics: GateMetrics<T, { direction?: MetricDirection }> })[];
  fairness?: (Omit<RawFairness, 'metric'> & { metric: MetricOf<T> | CustomMetric })[];
};

export type QualityInput<T extends Task = Task> = Omit<z.input<typeof qualitySchema>, 'metrics'> & {
  metrics: QualityMetrics<T>;
};

export type MonitoringInput<T extends Task = Task> = Omit<z.input<typeof monitoringSchema>, 'quality'> & {
  quality?: QualityInput<T>;
};

type ModelOf<T extends Task> = Omit<RawModel, 'task' | 'evaluation' | 'monitoring'> & {
  task: T;
  evaluation?: EvaluationInput<T>;
  monitoring?: MonitoringInput<T>;
};

/** One model as written in TypeScript; `task` decides which metrics are legal. */
export type ModelInput = DeepReadonly<
  ModelOf<'binaryClassification'> | ModelOf<'multiclassClassification'> | ModelOf<'regression'>
>;
export type ColumnInput = DeepReadonly<z.input<typeof columnSchema>>;

/** A whole definition as written in TypeScript. */
export type PlatformInput = DeepReadonly<Omit<z.input<typeof platformSchema>, 'models'>> & {
  readonly models: Readonly<Record<string, ModelInput>>;
};

type Below100 = 'a step stays below 100: 100 % follows by itself';

/** Makes a literal canary step of 100 an error where it is written. */
export type StepsBelow100<T> = T extends { readonly models: infer M }
  ? {
      readonly models: {
        readonly [K in keyof M]: M[K] extends { readonly release: { readonly steps: infer S } }
          ? {
              readonly release: {
                readonly steps: {
                  readonly [I in keyof S]: S[I] extends { readonly percent: 100 }
                    ? { readonly percent: Below100 }
                    : unknown;
                };
              };
            }
          : unknown;
      };
    }
  : unknown;
