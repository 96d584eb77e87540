import { type Problem, show } from '../../../kernel/problem';
import type { ArmSample, LatencyHistogram, PredictionProfile, ReleaseSample } from './sample';

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
const shown = (value: unknown): string => (typeof value === 'number' ? String(value) : show(value));

function problem(code: string, path: string, got: unknown, expected: string): Problem {
  return { code, path, got: shown(got), expected, fix: 'mend what reads the numbers of this target; the look is void' };
}

function notCounts(path: string, counts: readonly number[]): Problem[] {
  return counts.flatMap((count, i) =>
    isCount(count) ? [] : [problem('notACount', `${path}.${i}`, count, 'a whole number of 0 or more')],
  );
}

function notAscending(path: string, edges: readonly number[]): Problem[] {
  const broken = edges.findIndex((edge, i) => !Number.isFinite(edge) || (i > 0 && !(edge > edges[i - 1]!)));
  return broken === -1
    ? []
    : [problem('histogramEdges', `${path}.${broken}`, edges[broken], 'finite edges, strictly ascending')];
}

function histogramProblems(path: string, edges: readonly number[], counts: readonly number[]): Problem[] {
  const shape =
    counts.length === edges.length + 1
      ? []
      : [problem('histogramShape', `${path}.counts`, counts.length, `${edges.length + 1} counts for its edges`)];
  return [...shape, ...notAscending(`${path}.edges`, edges), ...notCounts(`${path}.counts`, counts)];
}

function latencyProblems(path: string, latency: LatencyHistogram): Problem[] {
  const empty =
    latency.edgesMs.length === 0 ? [problem('histogramShape', `${path}.edges`, 0, 'at least one edge')] : [];
  return [...empty, ...histogramProblems(path, latency.edgesMs, latency.counts)];
}

function predictionProblems(path: string, profile: PredictionProfile): Problem[] {
  if (profile.kind === 'numeric') return histogramProblems(path, profile.edges, profile.counts);
  const names = profile.classes.map(({ value }) => value);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  return [
    ...(twice === undefined ? [] : [problem('duplicateClass', `${path}.classes`, twice, 'every class once')]),
    ...notCounts(
      `${path}.classes`,
      profile.classes.map(({ count }) => count),
    ),
  ];
}

function armProblems(path: string, arm: ArmSample): Problem[] {
  const problems = [
    ...(isCount(arm.requests)
      ? []
      : [problem('notACount', `${path}.requests`, arm.requests, 'a whole number of 0 or more')]),
    ...(isCount(arm.errors) ? [] : [problem('notACount', `${path}.errors`, arm.errors, 'a whole number of 0 or more')]),
    ...(arm.latency === null ? [] : latencyProblems(`${path}.latency`, arm.latency)),
    ...(arm.predictions === null ? [] : predictionProblems(`${path}.predictions`, arm.predictions)),
  ];
  return problems.length === 0 && arm.errors > arm.requests
    ? [problem('errorsExceedRequests', `${path}.errors`, arm.errors, `at most ${arm.requests} requests`)]
    : problems;
}

const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((edge, i) => edge === b[i]);

function unlikeProblems({ challenger, champion }: ReleaseSample): Problem[] {
  const problems: Problem[] = [];
  if (challenger.latency && champion.latency && !same(challenger.latency.edgesMs, champion.latency.edgesMs)) {
    problems.push(
      problem('unlikeHistograms', 'challenger.latency', challenger.latency.edgesMs, 'the edges of the champion'),
    );
  }
  const [a, b] = [challenger.predictions, champion.predictions];
  if (a === null || b === null) return problems;
  const alike = a.kind === 'numeric' && b.kind === 'numeric' ? same(a.edges, b.edges) : a.kind === b.kind;
  return alike
    ? problems
    : [...problems, problem('unlikeHistograms', 'challenger.predictions', a.kind, 'kind and edges of the champion')];
}

/** Everything about a sample that cannot be: empty when it can be judged. */
export function sampleProblems(sample: ReleaseSample): Problem[] {
  const { fromSeconds, toSeconds, mirrored } = sample;
  const window =
    Number.isFinite(fromSeconds) && Number.isFinite(toSeconds) && fromSeconds < toSeconds
      ? []
      : [problem('window', 'toSeconds', toSeconds, `an instant after fromSeconds (${fromSeconds})`)];
  const pairs =
    mirrored === null ||
    (isCount(mirrored.compared) && isCount(mirrored.disagreed) && mirrored.disagreed <= mirrored.compared)
      ? []
      : [problem('notACount', 'mirrored', mirrored, 'whole numbers, disagreed at most compared')];
  return [
    ...window,
    ...armProblems('challenger', sample.challenger),
    ...armProblems('champion', sample.champion),
    ...pairs,
    ...unlikeProblems(sample),
  ];
}
