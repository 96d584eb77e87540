/**
 * Error rates and power of the evaluation gate, by simulation with fixed seeds: `npx tsx bench/decisions/gate.ts [--runs N]`.
 * Every run draws a new test set, and the gate's public function judges it.
 */
import { evaluationSchema } from '../../src/definition/evaluation';
import { evaluateGate, type ScoredRow, type Verdict } from '../../src/runtime/core/gate';
import { normalQuantile } from '../../src/runtime/core/statistics/distributions';
import { proportionBounds } from '../../src/runtime/core/statistics/proportions';
import { createRandom, type Random } from '../../src/runtime/core/statistics/random';

/** How often each verdict came, and how often the rule "not worse on these rows" passes the same candidates. */
export interface GateRates {
  readonly runs: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
  readonly pointRulePasses: number;
}

/** A pair of models whose true difference of a metric is known. */
export interface Pair {
  readonly metric: 'accuracy' | 'auc';
  /** True difference candidate − champion, in points (hundredths). */
  readonly effectPoints: number;
  draw(random: Random, key: number): ScoredRow;
}

const DISAGREEMENT = 0.1;
const CHAMPION_ACCURACY = 0.85;

/** Hard answers: the champion is right on 85 % of the rows, and the two models differ in being right on 10 %. */
export function accuracyPair(effectPoints: number): Pair {
  const effect = effectPoints / 100;
  const onlyCandidate = (DISAGREEMENT + effect) / 2;
  const onlyChampion = (DISAGREEMENT - effect) / 2;
  return {
    metric: 'accuracy',
    effectPoints,
    draw(random, key) {
      const label = random.next() < 0.4 ? 1 : 0;
      const cell = random.next();
      const candidateRight =
        cell < onlyCandidate || cell >= onlyCandidate + onlyChampion + (1 - CHAMPION_ACCURACY - onlyCandidate);
      const championRight = cell >= onlyCandidate && (cell < onlyCandidate + onlyChampion || candidateRight);
      const answer = (right: boolean) => ({ value: right ? label : 1 - label });
      return { key, label, candidate: answer(candidateRight), champion: answer(championRight) };
    },
  };
}

const CHAMPION_AUC = 0.8;
const SHARED_NOISE = 0.9;

/** Normal scores, unit variance in both classes, correlated 0.9: AUC = Φ(distance / √2). */
export function aucPair(effectPoints: number): Pair {
  const distance = (auc: number): number => Math.SQRT2 * normalQuantile(auc);
  const candidateDistance = distance(CHAMPION_AUC + effectPoints / 100);
  const championDistance = distance(CHAMPION_AUC);
  return {
    metric: 'auc',
    effectPoints,
    draw(random, key) {
      const label = random.next() < 0.3 ? 1 : 0;
      const shared = Math.sqrt(SHARED_NOISE) * random.normal();
      const own = (): number => shared + Math.sqrt(1 - SHARED_NOISE) * random.normal();
      const answer = (score: number) => ({ probability: 1 / (1 + Math.exp(-score)) });
      return {
        key,
        label,
        candidate: answer(candidateDistance * label + own()),
        champion: answer(championDistance * label + own()),
      };
    },
  };
}

const SMOKE = { loaded: true, rowsQueried: 10, failures: 0, latencyP99Ms: 10 };

/** Judges `runs` drawn test sets by non-inferiority with a margin of half a point. */
export function simulatePair(pair: Pair, rows: number, runs: number, seed: string): GateRates {
  const evaluation = evaluationSchema.parse({ metrics: { [pair.metric]: { vsChampion: { margin: 0.005 } } } });
  return tally(runs, (run) => {
    const random = createRandom(`${seed}/${pair.metric}/${pair.effectPoints}/${rows}/${run}`);
    const drawn = Array.from({ length: rows }, (_, key) => pair.draw(random, key));
    const result = gate(evaluation, drawn, run);
    const { value, championValue } = result.primary;
    return { verdict: result.verdict, pointRule: value! >= championValue! };
  });
}

/** Equal models, judged on automatic slices of `sliceRows` rows that may each lose five points; the whole test set is not bounded. */
export function simulateSlices(slices: number, sliceRows: number, runs: number, seed: string): GateRates {
  const evaluation = evaluationSchema.parse({
    metrics: { accuracy: { min: 0.5 } },
    slices: [
      { column: 'slice', required: false, minRows: sliceRows, metrics: { accuracy: { vsChampion: { margin: 0.05 } } } },
    ],
  });
  const pair = accuracyPair(0);
  return tally(runs, (run) => {
    const random = createRandom(`${seed}/slices/${slices}/${sliceRows}/${run}`);
    const drawn = Array.from({ length: slices * sliceRows }, (_, key) => ({
      ...pair.draw(random, key),
      slices: { slice: `s${key % slices}` },
    }));
    const result = gate(evaluation, drawn, run);
    const drops = result.checks.filter(({ kind, compared }) => kind === 'champion' && compared! <= -0.05);
    return { verdict: result.verdict, pointRule: drops.length === 0 };
  });
}

/** Two equal groups of people judged by a largest gap of recall. */
export function simulateFairness(
  groupRows: number,
  trueGap: number,
  maxGap: number,
  runs: number,
  seed: string,
): GateRates {
  const evaluation = evaluationSchema.parse({
    metrics: { accuracy: { min: 0.1 } },
    fairness: [{ column: 'group', metric: 'accuracy', maxGap }],
  });
  return tally(runs, (run) => {
    const random = createRandom(`${seed}/fairness/${groupRows}/${trueGap}/${run}`);
    const drawn = Array.from({ length: 3 * groupRows }, (_, key): ScoredRow => {
      const group = key % 3;
      const right = random.next() < (group === 0 ? 0.85 - trueGap : 0.85);
      return { key, label: 1, candidate: { value: right ? 1 : 0 }, slices: { group: `g${group}` } };
    });
    const result = gate(evaluation, drawn, run, false);
    const gap = result.checks.find(({ kind }) => kind === 'fairness')!.value!;
    return { verdict: result.verdict, pointRule: gap <= maxGap };
  });
}

function gate(
  evaluation: Parameters<typeof evaluateGate>[0]['evaluation'],
  rows: ScoredRow[],
  seed: number,
  withChampion = true,
) {
  return evaluateGate({
    task: 'binaryClassification',
    evaluation,
    rows,
    candidate: { testSetDigest: 'simulated' },
    champion: withChampion ? { testSetDigest: 'simulated' } : null,
    serving: SMOKE,
    seed,
  });
}

function tally(runs: number, judge: (run: number) => { verdict: Verdict; pointRule: boolean }): GateRates {
  const verdicts = { pass: 0, fail: 0, inconclusive: 0 };
  let pointRulePasses = 0;
  for (let run = 0; run < runs; run++) {
    const { verdict, pointRule } = judge(run);
    verdicts[verdict]++;
    if (pointRule) pointRulePasses++;
  }
  return { runs, verdicts, pointRulePasses };
}

/** `1.8 % (1.3–2.5)`: the share and its 95 % interval by Clopper and Pearson. */
function share(count: number, runs: number): string {
  const { lower, upper } = proportionBounds(count, runs, 0.025);
  const percent = (value: number): string => (100 * value).toFixed(1);
  return `${percent(count / runs)} % (${percent(lower)}–${percent(upper)})`;
}

function printTable(title: string, head: readonly string[], body: readonly (readonly string[])[]): void {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  console.log(`\n${title}\n\n${line(head)}\n${line(head.map(() => '---'))}\n${body.map(line).join('\n')}`);
}

function verdictCells({ verdicts, runs, pointRulePasses }: GateRates): string[] {
  return [
    share(verdicts.pass, runs),
    share(verdicts.fail, runs),
    share(verdicts.inconclusive, runs),
    share(pointRulePasses, runs),
  ];
}

function main(): void {
  const at = process.argv.indexOf('--runs');
  const runs = at === -1 ? 1000 : Number(process.argv[at + 1]);
  const head = ['true difference', 'rows', 'runs', 'gate passes', 'gate fails', 'inconclusive', 'point rule passes'];
  for (const [pairOf, what, sizes] of [
    [accuracyPair, 'Accuracy, hard answers, the models differ on 10 % of the rows', [200, 500, 1000, 5000]],
    [aucPair, 'AUC, correlated scores (0.9)', [200, 1000]],
  ] as const) {
    const body = [-1, -0.5, 2].flatMap((effect) =>
      sizes.map((rows) => {
        const here = rows === 5000 ? Math.ceil(runs / 10) : runs;
        const rates = simulatePair(pairOf(effect), rows, here, 'bench');
        return [`${effect} points`, rows.toLocaleString('en-US'), here.toLocaleString('en-US'), ...verdictCells(rates)];
      }),
    );
    printTable(
      `${what}; non-inferior with a margin of 0.5 points at 95 %. Share of runs with its 95 % interval.`,
      head,
      body,
    );
  }
  const sliceRuns = Math.ceil(runs / 2);
  printTable(
    'Equal models on automatic slices, each may lose 5 points (`required: false`: only a proven drop counts).',
    ['slices', 'rows each', 'runs', 'gate fails', 'point rule finds a drop'],
    [50, 200].map((rows) => {
      const { verdicts, pointRulePasses } = simulateSlices(20, rows, sliceRuns, 'bench');
      return [
        '20',
        `${rows}`,
        `${sliceRuns}`,
        share(verdicts.fail, sliceRuns),
        share(sliceRuns - pointRulePasses, sliceRuns),
      ];
    }),
  );
  printTable(
    'Three groups, accuracy may differ by 10 points.',
    ['true gap', 'rows a group', 'runs', 'gate passes', 'gate fails', 'inconclusive', 'point rule passes'],
    [0, 0.1, 0.2].flatMap((gap) =>
      [200, 1000].map((rows) => [
        `${100 * gap} points`,
        rows.toLocaleString('en-US'),
        `${sliceRuns}`,
        ...verdictCells(simulateFairness(rows, gap, 0.1, sliceRuns, 'bench')),
      ]),
    ),
  );
}

if (require.main === module) main();
