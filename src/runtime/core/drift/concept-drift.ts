import { type AdwinDetection, adwinDetections } from './adwin';
import type { WindowOutcome } from './breaches';
import { formatCount, formatNumber } from './explain';
import type { QualityVerdict } from './quality-verdict';

/** What a concept-drift decision is made of; all of the same span of matured events. */
export interface ConceptDriftInput {
  readonly quality: QualityVerdict;
  /** Outcomes of the drift windows of that span; empty when inputs are not watched. */
  readonly inputs: readonly Pick<WindowOutcome, 'dataBreach'>[];
  /** Errors of matured predictions in the order of their events, each in [0, 1]; `errorStream` makes them. */
  readonly errors: readonly number[];
  /** Fewest errors to run the detector on; `monitoring.quality.minLabels`. */
  readonly minLabels: number;
}

/**
 * `conceptDrift`: quality fell and the inputs did not drift, so what they mean has changed. `withDataDrift`: quality
 * fell and the inputs drifted, which explains it. `qualityDecay`: quality fell, the inputs are not known.
 * `suspected`: quality holds its limits, but the mean error rose. `none`, and `insufficientData`.
 */
export type ConceptDriftCause =
  | 'none'
  | 'suspected'
  | 'conceptDrift'
  | 'withDataDrift'
  | 'qualityDecay'
  | 'insufficientData';

export interface ConceptDriftVerdict {
  readonly cause: ConceptDriftCause;
  /** Points at which the mean error rose. */
  readonly rises: readonly AdwinDetection[];
  readonly inputsDrifted: boolean | null;
  readonly explanation: string;
}

/** Decides what fallen quality means, from the quality's verdict, the inputs' and the stream of errors. */
export function conceptDriftVerdict({ quality, inputs, errors, minLabels }: ConceptDriftInput): ConceptDriftVerdict {
  const known = inputs.filter(({ dataBreach }) => dataBreach !== null);
  const inputsDrifted = known.length === 0 ? null : known.some(({ dataBreach }) => dataBreach === true);
  const rises =
    errors.length < minLabels
      ? []
      : adwinDetections(errors).filter(({ meanBefore, meanAfter }) => meanAfter > meanBefore);
  const cause = causeOf(quality.verdict, inputsDrifted, rises.length > 0);
  return { cause, rises, inputsDrifted, explanation: explain(cause, quality, rises) };
}

function causeOf(quality: QualityVerdict['verdict'], inputsDrifted: boolean | null, rose: boolean): ConceptDriftCause {
  if (quality === 'critical') {
    if (inputsDrifted === null) return 'qualityDecay';
    return inputsDrifted ? 'withDataDrift' : 'conceptDrift';
  }
  if (rose && inputsDrifted !== true) return 'suspected';
  return quality === 'insufficientData' ? 'insufficientData' : 'none';
}

const SENTENCES: Record<ConceptDriftCause, string> = {
  none: 'quality holds',
  suspected: 'quality holds its limits, but the error rose: concept drift is suspected',
  conceptDrift: 'quality fell while the inputs did not drift: concept drift',
  withDataDrift: 'quality fell and the inputs drifted: data drift explains it',
  qualityDecay: 'quality fell; whether the inputs drifted is not known',
  insufficientData: 'too few matured labels to say',
};

function explain(
  cause: ConceptDriftCause,
  { labels, checks }: QualityVerdict,
  rises: readonly AdwinDetection[],
): string {
  const fallen = checks.filter(({ verdict }) => verdict === 'critical').map(({ explanation }) => explanation);
  const rise = rises.at(-1);
  const rose =
    rise === undefined
      ? []
      : [
          `the mean error rose from ${formatNumber(rise.meanBefore)} to ${formatNumber(rise.meanAfter)} around label ${formatCount(rise.changeFrom)} (ADWIN)`,
        ];
  return [`${SENTENCES[cause]} (${formatCount(labels)} labels)`, ...fallen, ...rose].join('; ');
}

/**
 * Errors in [0, 1] for the detector: for classes 1 where the prediction differs from the label; for numbers the absolute
 * error over `scale`, at most 1. Pairs with a value that is missing or not finite are left out.
 * @param scale for numbers: the error that counts as 1, above 0, for instance three standard deviations of the label at
 * the release; a detector without a scale would depend on the label's unit
 */
export function errorStream(
  pairs: Iterable<{ readonly prediction: unknown; readonly label: unknown }>,
  scale: number | null,
): number[] {
  const errors: number[] = [];
  for (const { prediction, label } of pairs) {
    if (prediction === null || prediction === undefined || label === null || label === undefined) continue;
    if (scale === null) {
      errors.push(String(prediction) === String(label) ? 0 : 1);
      continue;
    }
    const error = Math.abs(Number(prediction) - Number(label)) / scale;
    if (Number.isFinite(error)) errors.push(Math.min(error, 1));
  }
  return errors;
}
