import { alignNumeric } from './aligned-bins';
import {
  type ColumnReference,
  type ColumnWindow,
  type NumericReference,
  type NumericWindow,
  type ReferenceProfile,
  SKETCH_STEPS,
  type WindowProfile,
} from './profile';
import { sameSignature, signatureChanceBound, signatureDetail, signatureDistance } from './signature-distance';

/** A column whose values look like those of another column of the reference. */
export interface ColumnMapping {
  /** Name under which the values came. */
  readonly column: string;
  /** Column of the reference that they look like. */
  readonly looksLike: string;
  /** Distance to the reference's column of the same name, 0 … 1. */
  readonly ownDistance: number;
  /** Distance to `looksLike` in the reference, 0 … 1. */
  readonly otherDistance: number;
  /** True when this column alone proves it; false when it follows from the pattern of the others. */
  readonly proven: boolean;
}

export interface ColumnIdentity {
  /** `rotated`: all columns are shifted in order; `shifted`: a run of columns is; `exchanged`: single columns are; `copied`: a column holds another's values, which are also where they belong. */
  readonly pattern: 'none' | 'rotated' | 'shifted' | 'exchanged' | 'copied';
  /** Columns with foreign values, in the reference's order; empty for `none`. */
  readonly mapping: readonly ColumnMapping[];
  /** One sentence for a person. */
  readonly explanation: string;
}

/** A column has left its own distribution from this distance on: clearly beyond usual drift. */
const LEFT_HOME = 0.18;
/** Its new distribution must be this many times nearer than its old one … */
const TIMES_NEARER = 4;
/**
 * … and this near at most: with 0.08 nothing is found in 732 windows of drifting weather data before its columns are
 * rotated, and the rotation in 102 of the 105 first windows after; at 0.1 drifting columns are taken for others.
 */
const NEAR = 0.08;
/** The column whose values turned up elsewhere must have changed too, by at least this. */
const REPLACED = 0.1;
/** A signature with fewer different values proves nothing: two flags with the same rate look alike. */
const LEAST_DETAIL = 5;
/** Below this many rows on either side signatures are too coarse: there, natural drift was mistaken for exchanges. */
const LEAST_ROWS = 500;
/** Patterns over all columns are searched up to this many columns; above, only proven columns are named. */
const MOST_COLUMNS = 128;

/**
 * Whether columns of a window hold other columns' values: an upstream break that keeps names and types, which a drift
 * alarm reports but cannot explain.
 *
 * A column is proven foreign when it left its own distribution, is very near to that of another column of the
 * reference, and that other column has changed as well (or holds the very same values: a copy). Natural drift makes a
 * column unlike itself, but seldom exactly like another one at the moment when that one moved away. Proven columns
 * then decide between patterns: all columns rotated by a constant, a run of columns shifted by one, or exchanges, in
 * which every column is proven; a proof that fits none of them is natural drift that happened to look like a column.
 * @param alpha probability of a chance bound for one pair of columns
 */
export function columnIdentity(reference: ReferenceProfile, window: WindowProfile, alpha: number): ColumnIdentity {
  const windows = new Map(window.columns.map((column) => [column.name, column]));
  const pairs = reference.columns.flatMap((column) => {
    const counted = windows.get(column.name);
    if (counted === undefined) return [];
    return [{ reference: column, window: counted, telling: signatureDetail(column) >= LEAST_DETAIL }];
  });
  if (Math.min(window.rows, reference.rows) < LEAST_ROWS)
    return nothing('too few rows to compare columns with each other');
  const own = pairs.map((pair) => signatureDistance(pair.reference, pair.window));
  const proofs = pairs.flatMap((_, column) => proofOf(pairs, own, column, alpha));
  if (proofs.length === 0) return nothing('every column looks like itself or like no other');
  const name = (pattern: 'exchanged' | 'copied', found: readonly Proof[]): ColumnIdentity =>
    described(
      pattern,
      found.map((proof) => mappingOf(pairs, own, proof, true)),
    );
  const copies = proofs.filter(({ copied }) => copied);
  if (copies.length === proofs.length) return name('copied', copies);
  const proven = new Map(proofs.map(({ column, other }) => [column, other]));
  const pattern = pairs.length <= MOST_COLUMNS ? patternOf(pairs, own, proven) : undefined;
  if (pattern !== undefined) {
    const moved = [...pattern.sources.entries()].filter(([column, other]) => other !== column);
    return described(
      pattern.name,
      moved.map(([column, other]) => mappingOf(pairs, own, { column, other }, proven.has(column))),
    );
  }
  const exchanged = proofs.filter(({ column }) => returns(column, proven));
  if (exchanged.length > 0) return name('exchanged', exchanged);
  return copies.length > 0 ? name('copied', copies) : nothing('columns look like others, but no exchange explains it');
}

/**
 * Whether `columnIdentity` could find anything in a window whose counts these are: false is certain, and then nobody has to
 * ask for the sketches. Between two edges the distribution functions differ by what the bins differ, and one bin's share.
 */
export function couldHoldOthers(reference: ReferenceProfile, window: WindowProfile): boolean {
  if (Math.min(window.rows, reference.rows) < LEAST_ROWS) return false;
  const windows = new Map(window.columns.map((column) => [column.name, column]));
  return reference.columns.some((column) => {
    const counted = windows.get(column.name);
    if (counted === undefined) return false;
    const greatest =
      column.kind === 'numeric' && counted.kind === 'numeric'
        ? greatestDistance(column, counted)
        : signatureDistance(column, counted);
    return greatest >= LEFT_HOME;
  });
}

/** What the distance of two sketches is at most, by the counts in the reference's bins. */
function greatestDistance(reference: NumericReference, window: NumericWindow): number {
  let [variation, widest] = [0, 0];
  for (const bin of alignNumeric(reference, window)) {
    const share = bin.reference / reference.rows;
    variation += Math.abs(share - bin.window / window.rows) / 2;
    widest = Math.max(widest, share);
  }
  return variation + widest + 2 / SKETCH_STEPS;
}

/** True when the values' columns, followed from one to the next, lead back to the first: an exchange, however long. */
function returns(start: number, proven: ReadonlyMap<number, number>): boolean {
  let column = proven.get(start);
  for (let steps = 0; steps < proven.size && column !== undefined && column !== start; steps++) {
    column = proven.get(column);
  }
  return column === start;
}

interface Pair {
  readonly reference: ColumnReference;
  readonly window: ColumnWindow;
  /** The reference's signature has enough detail to prove something. */
  readonly telling: boolean;
}

interface Proof {
  readonly column: number;
  /** Index of the reference's column whose values are there now. */
  readonly other: number;
  readonly copied: boolean;
}

function proofOf(pairs: readonly Pair[], own: readonly number[], column: number, alpha: number): Proof[] {
  const { reference, window } = pairs[column]!;
  if (own[column]! < Math.max(LEFT_HOME, signatureChanceBound(reference, window, alpha))) return [];
  const near = Math.min(own[column]! / TIMES_NEARER, NEAR);
  let best: { other: number; distance: number } | undefined;
  for (const [other, candidate] of pairs.entries()) {
    if (other === column || !candidate.telling) continue;
    const distance = signatureDistance(candidate.reference, window, near);
    if (distance <= near && (best === undefined || distance < best.distance)) best = { other, distance };
  }
  if (best === undefined) return [];
  const there = pairs[best.other]!.window;
  const copied = sameSignature(window, there);
  return copied || own[best.other]! >= REPLACED ? [{ column, other: best.other, copied }] : [];
}

interface Pattern {
  readonly name: 'rotated' | 'shifted';
  /** For each column, the index of the reference's column that it holds now. */
  readonly sources: readonly number[];
  readonly cost: number;
}

/** A pattern has to bring the sum of all distances down to this share of what it is as the columns are named. */
const EXPLAINS = 0.9;

/**
 * The simplest pattern that contains every proven column and brings all columns nearer to the reference than they are:
 * a rotation of all (one number explains it), else the run of columns shifted by one that fits best, at least half of
 * them proven.
 */
function patternOf(
  pairs: readonly Pair[],
  own: readonly number[],
  proven: ReadonlyMap<number, number>,
): Pattern | undefined {
  const count = pairs.length;
  const distances = pairs.map(({ window }) => pairs.map(({ reference }) => signatureDistance(reference, window)));
  const asIs = own.reduce((sum, distance) => sum + distance, 0);
  const candidates = [...rotations(count), ...shifts(count)]
    .filter(({ sources }) => [...proven].every(([column, other]) => sources[column] === other))
    .filter(({ name, sources }) => name === 'rotated' || 2 * proven.size >= movedBy(sources))
    .map((candidate) => ({
      ...candidate,
      cost: candidate.sources.reduce((sum, other, column) => sum + distances[column]![other]!, 0),
    }))
    .filter(({ cost }) => cost <= asIs * EXPLAINS)
    .sort((a, b) => a.cost - b.cost);
  return candidates.find(({ name }) => name === 'rotated') ?? candidates[0];
}

function movedBy(sources: readonly number[]): number {
  return sources.filter((other, column) => other !== column).length;
}

function* rotations(count: number): Generator<Omit<Pattern, 'cost'>> {
  for (let step = 1; step < count; step++) {
    yield { name: 'rotated', sources: Array.from({ length: count }, (_, column) => (column + step) % count) };
  }
}

/** Runs of at least three columns that moved by one place to either side, the one at the end to the other end. */
function* shifts(count: number): Generator<Omit<Pattern, 'cost'>> {
  for (let start = 0; start < count; start++) {
    for (let end = start + 2; end < count; end++) {
      if (start === 0 && end === count - 1) continue;
      for (const step of [1, -1]) {
        const length = end - start + 1;
        const sources = Array.from({ length: count }, (_, column) =>
          column < start || column > end ? column : start + ((column - start + step + length) % length),
        );
        yield { name: 'shifted', sources };
      }
    }
  }
}

function mappingOf(
  pairs: readonly Pair[],
  own: readonly number[],
  { column, other }: Pick<Proof, 'column' | 'other'>,
  proven: boolean,
): ColumnMapping {
  const source = pairs[other]!.reference;
  return {
    column: pairs[column]!.reference.name,
    looksLike: source.name,
    ownDistance: own[column]!,
    otherDistance: signatureDistance(source, pairs[column]!.window),
    proven,
  };
}

function nothing(explanation: string): ColumnIdentity {
  return { pattern: 'none', mapping: [], explanation };
}

const SENTENCES = {
  rotated: 'all columns are rotated',
  shifted: 'a run of columns is shifted',
  exchanged: 'columns hold the values of others',
  copied: 'columns hold copies of others',
} as const;

function described(pattern: keyof typeof SENTENCES, mapping: readonly ColumnMapping[]): ColumnIdentity {
  const named = mapping.map(({ column, looksLike }) => `${column} holds ${looksLike}`).join(', ');
  return { pattern, mapping, explanation: `${SENTENCES[pattern]}: ${named}` };
}
