import type { TaskEvent } from '../../contract/events';
import { releaseSchema } from '../../definition/release';
import {
  type ArmSample,
  analyseLook,
  type CanaryDecision,
  type CanaryState,
  countDisagreements,
  judgeStep,
  type Observation,
  predictionEdges,
  predictionProfile,
  type ReleaseSample,
} from '../core/canary';
import type { TrafficTelemetry } from '../ports';
import type { Answer } from './answer';
import { answer } from './answer';
import type { Ports } from './ports';
import { argumentNumber, section, stateNumber } from './read-event';
import { supersededBy } from './release-lock';

/** Predictions and pairs that one look reads at most. */
const MOST_PREDICTIONS = 10_000;
/** Two numbers that differ by less than this share are one answer: floating point, not the model. */
const SAME_NUMBER = 1e-6;

type Needs = Pick<Ports, 'model' | 'state' | 'telemetry' | 'metrics' | 'notifier' | 'clock'>;

/**
 * One look at a release: reads both arms since the last look, judges, and answers what the graph does next: `advance`,
 * `wait`, `pause` or `rollback`. A pause waits for a person, who is told once.
 */
export async function lookAtRelease(event: TaskEvent, ports: Needs, before: CanaryState): Promise<Answer> {
  const release = section(event, 'release', releaseSchema);
  const now = ports.clock.now();
  const newer = await supersededBy(ports, event.run);
  if (newer !== null) {
    const reason = { code: 'superseded', text: `version ${newer} takes its place (release.onConcurrent: supersede)` };
    return answer({ action: 'rollback', decided: 'rollback', reason, look: null, state: before });
  }
  const observation = await observe(event, ports.telemetry, before, now);
  const look = analyseLook({
    evidence: before.evidence,
    observation,
    release,
    phase: before.stage.phase,
    // Without captured answers there is nothing to compare; a finding says so.
    unwatched: argumentNumber(event, 'serving.capturePercent') === 0 ? ['predictionDrift', 'disagreement'] : [],
  });
  const decision = judgeStep(before, look, release);
  if (decision.action === 'pause') await tellPaused(ports, event, decision, now);
  const isPaused = decision.state.status === 'paused' && ACTIONS[decision.action] === 'wait';
  return answer({
    action: isPaused ? 'pause' : ACTIONS[decision.action],
    decided: decision.action,
    reason: decision.reason,
    look: { status: look.status, text: look.text, checks: look.checks },
    state: decision.state,
  });
}

const ACTIONS: Record<CanaryDecision['action'], 'advance' | 'wait' | 'rollback'> = {
  continue: 'wait',
  extend: 'wait',
  pause: 'wait',
  advance: 'advance',
  rollback: 'rollback',
};

async function observe(
  event: TaskEvent,
  telemetry: TrafficTelemetry,
  before: CanaryState,
  now: number,
): Promise<Observation> {
  const from = before.evidence.upToSeconds ?? before.stageStartedAtSeconds;
  const pageAlarms = await telemetry.firingAlarms();
  try {
    const sample = now > from ? await sampleOf(event, telemetry, before, from, now) : null;
    const providerError = sample === null ? 'no time has passed since the last look' : null;
    return { atSeconds: now, sample, providerError, pageAlarms };
  } catch (error) {
    return { atSeconds: now, sample: null, providerError: (error as Error).message, pageAlarms };
  }
}

async function sampleOf(
  event: TaskEvent,
  telemetry: TrafficTelemetry,
  { stage, evidence }: CanaryState,
  from: number,
  to: number,
): Promise<ReleaseSample> {
  const challenger = stateNumber(event, 'verified.version');
  const champion = stateNumber(event, 'verified.champion');
  const answersOf = (version: number) => telemetry.predictions(version, from, to, MOST_PREDICTIONS);
  const [ofChampion, ofChallenger] = [await answersOf(champion), await answersOf(challenger)];
  const known = evidence.predictions.buckets;
  const numbers = ofChampion.filter((one): one is number => typeof one === 'number');
  const numeric =
    known === null ? numbers.length === ofChampion.length && numbers.length > 0 : known.kind === 'numeric';
  // The last edge of stored buckets is the one that profiles add.
  const edges = !numeric ? null : known?.kind === 'numeric' ? known.edges.slice(0, -1) : predictionEdges(numbers);
  const arm = async (version: number, answers: readonly (number | string)[]): Promise<ArmSample> => {
    const { requests, errors, latency } = await telemetry.arm(version, from, to);
    const predictions = answers.length === 0 ? null : predictionProfile(answers, edges);
    return { requests, errors, latency, predictions };
  };
  const pairs =
    stage.phase === 'shadow' ? await telemetry.pairs(champion, challenger, from, to, MOST_PREDICTIONS) : null;
  return {
    fromSeconds: from,
    toSeconds: to,
    challenger: await arm(challenger, ofChallenger),
    champion: await arm(champion, ofChampion),
    mirrored: pairs === null ? null : countDisagreements(pairs, SAME_NUMBER),
  };
}

async function tellPaused(ports: Needs, event: TaskEvent, decision: CanaryDecision, now: number): Promise<void> {
  await ports.metrics.emit([{ name: 'ReleasePaused', value: 1, dimensions: {} }], now);
  await ports.notifier.notify({
    severity: 'ticket',
    kind: 'releasePaused',
    subject: `${ports.model}: release ${event.run} waits for a person`,
    text: decision.reason.text,
    runbook: null,
  });
}
