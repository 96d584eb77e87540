/*
 * Error rates of the canary analysis by simulation, beside what others do with the same counts.
 *
 *   npx tsx bench/decisions/canary.ts [--runs 1000] [--seed canary]
 */

import type { Release } from '../../src/definition/release';
import { releaseSchema } from '../../src/definition/release';
import {
  analyseLook,
  enterStage,
  judgeStep,
  LATENCY_EDGES_MS,
  type ReleaseSample,
  type ReleaseStage,
} from '../../src/runtime/core/canary';
import { normalCdf, normalQuantile } from '../../src/runtime/core/statistics/distributions';
import { createRandom, type Random } from '../../src/runtime/core/statistics/random';

/** What is true of an arm: its error rate, its median latency (lognormal, σ = 0.5), the mean of its scores (normal, σ = 1). */
export interface Truth {
  readonly errorRate: number;
  readonly medianMs: number;
  readonly meanScore: number;
}

export interface Scenario {
  readonly name: string;
  /** Truth at a look (from 0) of the whole release. */
  readonly champion: (look: number) => Truth;
  readonly challenger: (look: number) => Truth;
  readonly stages: readonly ReleaseStage[];
  /** Requests a minute, both arms. */
  readonly requestsPerLook: number;
  readonly release?: Release;
  /** A target that counts requests and errors and nothing else. */
  readonly countsOnly?: boolean;
}

/** Shares of runs in percent; `looks` is the mean look of a rollback. */
export interface Outcome {
  readonly rolledBack: number;
  readonly paused: number;
  readonly advanced: number;
  readonly looks: number;
  /** Rules of others on the same counts of errors. */
  readonly peeking: number;
  readonly bonferroni: number;
  readonly normalMixture: number;
}

const LOOK_SECONDS = 60;
const SCORE_EDGES = Array.from({ length: 9 }, (_, i) => normalQuantile((i + 1) / 10));
const DEFAULTS = releaseSchema.parse({});

const stage = (percent: number, holdMinutes: number, last = false): ReleaseStage => ({
  phase: 'live',
  percent,
  holdSeconds: holdMinutes * 60,
  last,
});
/** Thirty looks at arms of equal size, as in the tables of others. */
export const EQUAL_ARMS: readonly ReleaseStage[] = [stage(50, 30, true)];
/** The default release: 5 %, 25 %, 50 % for 10 minutes each. */
export const DEFAULT_STEPS: readonly ReleaseStage[] = [stage(5, 10), stage(25, 10), stage(50, 10, true)];

export const truth = (errorPercent: number, medianMs = 50, meanScore = 0): (() => Truth) => {
  const value = { errorRate: errorPercent / 100, medianMs, meanScore };
  return () => value;
};

/** Draws the bucket of a value: cumulative shares, and for each 1024th the bucket where the search starts. */
interface Buckets {
  readonly cdf: readonly number[];
  readonly start: Uint16Array;
}

const GUIDES = 1024;

function buckets(cdf: readonly number[]): Buckets {
  const first = (share: number): number => {
    const bucket = cdf.findIndex((upTo) => share < upTo);
    return bucket === -1 ? cdf.length : bucket;
  };
  return { cdf, start: Uint16Array.from({ length: GUIDES }, (_, i) => first(i / GUIDES)) };
}

function bucketOf({ cdf, start }: Buckets, uniform: number): number {
  let bucket = start[(uniform * GUIDES) | 0]!;
  while (bucket < cdf.length && uniform >= cdf[bucket]!) bucket += 1;
  return bucket;
}

const cache = new Map<string, Buckets>();
function cached(key: string, cdf: () => readonly number[]): Buckets {
  const known = cache.get(key) ?? buckets(cdf());
  cache.set(key, known);
  return known;
}

/** Errors among requests, by the distances from one to the next (they are geometric). */
function countErrors(requests: number, rate: number, random: Random): number {
  const scale = Math.log1p(-rate);
  let errors = -1;
  for (let request = 0; request <= requests; errors += 1) {
    request += 1 + Math.floor(Math.log1p(-random.next()) / scale);
  }
  return errors;
}

const TWO_26 = 2 ** 26;

function arm(requests: number, so: Truth, random: Random, countsOnly: boolean): ReleaseSample['challenger'] {
  const errors = countErrors(requests, so.errorRate, random);
  if (countsOnly) return { requests, errors, latency: null, predictions: null };
  const latency = new Array<number>(LATENCY_EDGES_MS.length + 1).fill(0);
  const scores = new Array<number>(SCORE_EDGES.length + 1).fill(0);
  const latencies = cached(`ms:${so.medianMs}`, () =>
    LATENCY_EDGES_MS.map((edge) => normalCdf(Math.log(edge / so.medianMs) / 0.5)),
  );
  const answers = cached(`score:${so.meanScore}`, () => SCORE_EDGES.map((edge) => normalCdf(edge - so.meanScore)));
  for (let i = 0; i < requests; i += 1) {
    // The upper and the lower half of one draw's bits are two draws.
    const bits = random.next() * TWO_26;
    const upper = bits | 0;
    latency[bucketOf(latencies, upper / TWO_26)]! += 1;
    scores[bucketOf(answers, bits - upper)]! += 1;
  }
  return {
    requests,
    errors,
    latency: { edgesMs: LATENCY_EDGES_MS, counts: latency },
    predictions: { kind: 'numeric', edges: SCORE_EDGES, counts: scores },
  };
}

interface Pooled {
  n1: number;
  x1: number;
  n0: number;
  x0: number;
}

export function zOf({ n1, x1, n0, x0 }: Pooled): { difference: number; variance: number; z: number } {
  const p = (x1 + x0) / (n1 + n0);
  const variance = p * (1 - p) * (1 / n1 + 1 / n0);
  const difference = x1 / n1 - x0 / n0;
  return { difference, variance, z: variance === 0 ? 0 : difference / Math.sqrt(variance) };
}

/** Λ of the mixture test with a normal mixture on the difference of proportions, τ = 0.005 (Johari et al. 2022). */
export function normalMixture(difference: number, variance: number, tau = 0.005): number {
  if (variance === 0) return 1;
  const both = variance + tau * tau;
  return Math.sqrt(variance / both) * Math.exp((tau * tau * difference * difference) / (2 * variance * both));
}

interface Run {
  readonly end: 'rolledBack' | 'paused' | 'advanced';
  readonly looks: number;
  readonly peeking: boolean;
  readonly bonferroni: boolean;
  readonly normalMixture: boolean;
}

function run(scenario: Scenario, random: Random): Run {
  const { release = DEFAULTS, countsOnly = false } = scenario;
  const plannedLooks = scenario.stages.reduce((sum, { holdSeconds }) => sum + holdSeconds / LOOK_SECONDS, 0);
  const pooled: Pooled = { n1: 0, x1: 0, n0: 0, x0: 0 };
  const others = { peeking: false, bonferroni: false, normalMixture: false };
  const alpha = release.analysis.alpha;
  let end: Run['end'] | undefined;
  let looks = 0;
  let stageIndex = 0;
  let state = enterStage(null, scenario.stages[0]!, 0);
  for (let look = 0; end === undefined || look < plannedLooks; look += 1) {
    const { percent } = scenario.stages[stageIndex]!;
    const ours = Math.round((scenario.requestsPerLook * percent) / 100);
    const challenger = arm(ours, scenario.challenger(look), random, countsOnly);
    const champion = arm(scenario.requestsPerLook - ours, scenario.champion(look), random, countsOnly);
    const from = look * LOOK_SECONDS;
    const at = from + LOOK_SECONDS;
    if (look < plannedLooks) {
      pooled.n1 += challenger.requests;
      pooled.x1 += challenger.errors;
      pooled.n0 += champion.requests;
      pooled.x0 += champion.errors;
      const { difference, variance, z } = zOf(pooled);
      others.peeking ||= Math.abs(z) > normalQuantile(1 - alpha / 2);
      others.bonferroni ||= Math.abs(z) > normalQuantile(1 - alpha / 2 / plannedLooks);
      others.normalMixture ||= difference > 0 && normalMixture(difference, variance) >= 1 / alpha;
    }
    if (end !== undefined) continue;
    looks = look + 1;
    const sample = { fromSeconds: from, toSeconds: at, challenger, champion, mirrored: null };
    const verdict = analyseLook({
      evidence: state.evidence,
      observation: { atSeconds: at, sample, providerError: null, pageAlarms: [] },
      release,
      phase: 'live',
      unwatched: countsOnly ? ['latencyIncrease', 'predictionDrift'] : [],
    });
    const decision = judgeStep(state, verdict, release);
    state = decision.state;
    if (decision.action === 'rollback') end = 'rolledBack';
    if (decision.action === 'pause') end = 'paused';
    if (decision.action === 'advance') {
      stageIndex += 1;
      const next = scenario.stages[stageIndex];
      if (next === undefined) end = 'advanced';
      else state = enterStage(state, next, at);
    }
  }
  return { end, looks, ...others };
}

/** Simulates a scenario; the same seed gives the same outcome. */
export function simulate(scenario: Scenario, runs: number, seed: string): Outcome {
  const random = createRandom(`${seed}:${scenario.name}`);
  const all = Array.from({ length: runs }, () => run(scenario, random));
  const percent = (holds: (one: Run) => boolean): number => (100 * all.filter(holds).length) / runs;
  const back = all.filter(({ end }) => end === 'rolledBack');
  return {
    rolledBack: percent(({ end }) => end === 'rolledBack'),
    paused: percent(({ end }) => end === 'paused'),
    advanced: percent(({ end }) => end === 'advanced'),
    looks: back.length === 0 ? 0 : back.reduce((sum, { looks }) => sum + looks, 0) / back.length,
    peeking: percent((one) => one.peeking),
    bonferroni: percent((one) => one.bonferroni),
    normalMixture: percent((one) => one.normalMixture),
  };
}

const generous = releaseSchema.parse({ analysis: { maxErrorPercent: 100 } });

const errors = (name: string, champion: number, challenger: number, more: Partial<Scenario> = {}): Scenario => ({
  name,
  champion: truth(champion),
  challenger: truth(challenger),
  stages: EQUAL_ARMS,
  requestsPerLook: 500,
  ...more,
});
const steps = { stages: DEFAULT_STEPS, requestsPerLook: 2000 };
const late = (look: number): Truth => truth(look < 20 ? 1 : 2)();
const incident = (look: number): Truth => truth(look < 20 ? 1 : 8)();

export const SCENARIOS: readonly Scenario[] = [
  errors('errors 1.0 → 1.0 % (healthy), 250 an arm and look', 1, 1),
  errors('healthy at 1.0 %, counts of errors alone, 250 an arm and look', 1, 1, { countsOnly: true }),
  errors('errors 1.0 → 2.0 %, counts of errors alone', 1, 2, { countsOnly: true }),
  errors('errors 1.0 → 1.25 %', 1, 1.25),
  errors('errors 1.0 → 1.5 %', 1, 1.5),
  errors('errors 1.0 → 2.0 %', 1, 2),
  errors('errors 1.0 → 2.0 %, relative check only', 1, 2, { release: generous }),
  errors('errors 1.0 → 1.25 % (half of what is allowed), relative check only, 5/25/50 % of 2,000', 1, 1.25, {
    ...steps,
    release: generous,
  }),
  errors('errors 1.0 → 1.5 % (just allowed), relative check only, 5/25/50 % of 2,000', 1, 1.5, {
    ...steps,
    release: generous,
  }),
  errors('errors 1.0 → 3.0 %', 1, 3),
  errors('errors 1.0 → 5.0 %', 1, 5),
  errors('healthy at 0.1 %, 5/25/50 % of 2,000', 0.1, 0.1, steps),
  errors('healthy at 1.0 %, 5/25/50 % of 2,000', 1, 1, steps),
  errors('healthy at 1.0 %, 5/25/50 % of 400', 1, 1, { ...steps, requestsPerLook: 400 }),
  errors('errors 1.0 → 2.0 %, 5/25/50 % of 2,000', 1, 2, steps),
  errors('both arms 1 % → 8 % in the third step (incident, healthy)', 1, 1, {
    ...steps,
    release: generous,
    champion: incident,
    challenger: incident,
  }),
  errors('errors 1.0 → 2.0 % from the third step on, 5/25/50 % of 2,000', 1, 1, { ...steps, challenger: late }),
  errors('latency p99 + 10 % (allowed), 5/25/50 % of 2,000', 0.2, 0.2, { ...steps, challenger: truth(0.2, 55) }),
  errors('latency p99 + 30 %', 0.2, 0.2, { ...steps, challenger: truth(0.2, 65) }),
  errors('latency p99 + 50 %, 5/25/50 % of 2,000', 0.2, 0.2, { ...steps, challenger: truth(0.2, 75) }),
  errors('latency p99 + 50 %, 250 an arm and look', 0.2, 0.2, { challenger: truth(0.2, 75) }),
  errors('predictions moved by 0.2 σ (allowed)', 0.2, 0.2, { ...steps, challenger: truth(0.2, 50, 0.2) }),
  errors('predictions moved by 0.6 σ', 0.2, 0.2, { ...steps, challenger: truth(0.2, 50, 0.6) }),
];

function argument(name: string, fallback: string): string {
  const index = process.argv.indexOf(`--${name}`);
  return index === -1 ? fallback : (process.argv[index + 1] ?? fallback);
}

function main(): void {
  const runs = Number(argument('runs', '1000'));
  const seed = argument('seed', 'canary');
  console.log(`Shares of ${runs} runs in percent, seed \`${seed}\`; defaults of \`release.analysis\`, 30 looks.\n`);
  console.log(
    '| truth (champion → challenger) | rolled back | paused | advanced | mean look of rollback | z-test at every look | Bonferroni | normal mixture |',
  );
  console.log('|---|---|---|---|---|---|---|---|');
  for (const scenario of SCENARIOS) {
    const o = simulate(scenario, runs, seed);
    const cells = [o.rolledBack, o.paused, o.advanced, o.looks, o.peeking, o.bonferroni, o.normalMixture];
    console.log(`| ${scenario.name} | ${cells.map((cell) => cell.toFixed(1)).join(' | ')} |`);
  }
}

if (require.main === module) main();
