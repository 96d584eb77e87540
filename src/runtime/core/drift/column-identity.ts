import type { ColumnReference, ColumnWindow, ReferenceProfile, WindowProfile } from './profile';
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
/** … and as near as chance allows; of many rows chance allows nothing and of few it allows anything, so within these. */
const NEAR = { least: 0.05, most: 0.08 };
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
 * A column is proven foreign when it left its own distribution, is indistinguishable from another column of the
 * reference, and that other column has changed as well (or holds the very same values: a copy). Natural drift makes a
 * column unlike itself, but seldom exactly like another one at the moment when that one moved away. Proven columns
 * then decide between patterns: all columns rotated by a constant, a run of columns shifted by one, single exchanges.
 * @param alpha probability of a chance bound for one pair of columns
 */
export function columnIdentity(reference: ReferenceProfile, window: WindowProfile, alpha: number): ColumnIdentity {
  const pairs = reference.columns.flatMap((column) => {
    const counted = window.columns.find(({ name }) => name === column.name);
    return counted === undefined ? [] : [{ reference: column, window: counted }];
  });
  if (Math.min(window.rows, reference.rows) < LEAST_ROWS)
    return nothing('too few rows to compare columns with each other');
  const own = pairs.map((pair) => signatureDistance(pair.reference, pair.window));
  const proofs = pairs.flatMap((_, column) => proofOf(pairs, own, column, alpha));
  if (proofs.length === 0) return nothing('every column looks like itself or like no other');
  const copies = proofs.filter(({ copied }) => copied);
  if (copies.length === proofs.length)
    return described(
      'copied',
      copies.map((proof) => mappingOf(pairs, own, proof, true)),
    );
  const proven = new Map(proofs.map(({ column, other }) => [column, other]));
  const pattern = pairs.length <= MOST_COLUMNS ? patternOf(pairs, own, proven) : undefined;
  if (pattern === undefined)
    return described(
      'exchanged',
      proofs.map((proof) => mappingOf(pairs, own, proof, true)),
    );
  const mapping = pattern.sources.flatMap((other, column) =>
    other === column ? [] : [mappingOf(pairs, own, { column, other }, proven.has(column))],
  );
  return described(pattern.name, mapping);
}

interface Pair {
  readonly reference: ColumnReference;
  readonly window: ColumnWindow;
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
  let best: { other: number; distance: number } | undefined;
  for (const [other, candidate] of pairs.entries()) {
    if (other === column || signatureDetail(candidate.reference) < LEAST_DETAIL) continue;
    const distance = signatureDistance(candidate.reference, window);
    if (best === undefined || distance < best.distance) best = { other, distance };
  }
  if (best === undefined || best.distance * TIMES_NEARER > own[column]!) return [];
  const { reference: source, window: there } = pairs[best.other]!;
  const chance = signatureChanceBound(source, window, alpha);
  if (best.distance > Math.min(Math.max(chance, NEAR.least), NEAR.most)) return [];
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
 * a rotation of all (one number explains it), else the run of columns shifted by one that fits best.
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
    .map((candidate) => ({
      ...candidate,
      cost: candidate.sources.reduce((sum, other, column) => sum + distances[column]![other]!, 0),
    }))
    .filter(({ cost }) => cost <= asIs * EXPLAINS)
    .sort((a, b) => a.cost - b.cost);
  return candidates.find(({ name }) => name === 'rotated') ?? candidates[0];
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
