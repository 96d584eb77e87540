import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { type EncodedRows, sumOf } from './model-input';

/** Looked up once: globals are slow where code runs in a sandbox, as tests do. */
const { exp, log, max, min } = Math;
/** A little of a penalty, in parts of the rows: inputs that add up to the constant have no single solution without it. */
const RIDGE = 1e-4;
const ROUNDS = 12;
const CLOSE = 1e-4;
/** The longest step of a round: Newton's method overshoots where classes are all but apart. */
const LONGEST_STEP = 4;
/** Odds beyond e^±this are as good as certain. */
const MOST = 30;

/** What a model is fitted to: rows, how much each counts, and what is said of it. */
export interface Targets {
  readonly width: number;
  readonly rows: EncodedRows;
  readonly weights: Float64Array;
  readonly targets: Float64Array;
}

/** Sums over rows of w x xᵀ and r x, from one pass; the matrix is never larger than the inputs. */
class NormalEquations {
  private readonly matrix: Float64Array;
  readonly right: Float64Array;

  constructor(private readonly width: number) {
    this.matrix = new Float64Array(width * width);
    this.right = new Float64Array(width);
  }

  add({ places, values, starts }: EncodedRows, row: number, weight: number, residual: number): void {
    const { matrix, right, width } = this;
    const end = starts[row + 1]!;
    for (let i = starts[row]!; i < end; i++) {
      const place = places[i]!;
      const value = values[i]!;
      right[place]! += residual * value;
      const weighted = weight * value;
      const start = place * width;
      // Places rise within a row, so that this is the upper triangle.
      for (let j = i; j < end; j++) matrix[start + places[j]!]! += weighted * values[j]!;
    }
  }

  /** Solves (A + ridge) b = right; the constant has no penalty. */
  solve(ridge: number): Float64Array {
    const { matrix, right, width } = this;
    const full = new Matrix(width, width);
    for (let i = 0; i < width; i++) {
      for (let j = i; j < width; j++) {
        const value = matrix[i * width + j]!;
        full.set(i, j, value);
        full.set(j, i, value);
      }
      full.set(i, i, matrix[i * width + i]! + (i === 0 ? 1e-9 : ridge));
    }
    return Float64Array.from(new CholeskyDecomposition(full).solve(Matrix.columnVector(right)).to1DArray());
  }
}

/** The coefficients of the weighted least squares of the targets, with a little ridge. */
export function leastSquares({ width, rows, weights, targets }: Targets): Float64Array {
  const equations = new NormalEquations(width);
  for (let row = 0; row < targets.length; row++) {
    equations.add(rows, row, weights[row]!, weights[row]! * targets[row]!);
  }
  return equations.solve(ridgeOf(weights));
}

/** Coefficients of the logistic regression of targets 0 and 1, by iteratively reweighted least squares (Newton’s method). */
export function logisticRegression({ width, rows, weights, targets }: Targets): Float64Array {
  const coefficients = new Float64Array(width);
  let [total, ones] = [0, 0];
  for (let row = 0; row < targets.length; row++) {
    total += weights[row]!;
    ones += weights[row]! * targets[row]!;
  }
  // Half a row more on each side, so that a class that is not there has finite odds.
  coefficients[0] = log((ones + 0.5) / (total - ones + 0.5));
  const ridge = ridgeOf(weights);
  for (let round = 0; round < ROUNDS; round++) {
    const equations = new NormalEquations(width);
    for (let row = 0; row < targets.length; row++) {
      const probability = logistic(sumOf(rows, row, coefficients));
      const weight = weights[row]!;
      const spread = max(probability * (1 - probability), 1e-9);
      equations.add(rows, row, weight * spread, weight * (targets[row]! - probability));
    }
    for (let place = 1; place < width; place++) equations.right[place]! -= ridge * coefficients[place]!;
    const step = equations.solve(ridge);
    const longest = step.reduce((most, one) => max(most, Math.abs(one)), 0);
    const part = longest > LONGEST_STEP ? LONGEST_STEP / longest : 1;
    for (let place = 0; place < width; place++) coefficients[place]! += part * step[place]!;
    if (longest < CLOSE) break;
  }
  return coefficients;
}

const ridgeOf = (weights: Float64Array): number =>
  RIDGE *
  max(
    weights.reduce((sum, one) => sum + one, 0),
    1,
  );

/** 1 / (1 + e⁻ˣ), never exactly 0 or 1. */
export function logistic(x: number): number {
  return 1 / (1 + exp(-min(max(x, -MOST), MOST)));
}
