import type { Json } from '../../../kernel/json';
import type { ChoiceStep, Step, StepGraph } from '../../../plan/step-graph';
import { VirtualClock } from '../../../runtime/adapters/local/virtual-clock';
import { type CanaryState, enterStage } from '../../../runtime/core/canary';
import type { MetricPoint, TrafficTelemetry } from '../../../runtime/ports';
import type { Ports } from '../../../runtime/usecases';
import { analyseTraffic } from '../../../runtime/usecases/analyse-traffic';
import type { RecordedRelease } from './champions';

/** What the release policy would have done with a version that history has released. Times in epoch seconds. */
export interface ReplayedRelease extends RecordedRelease {
  readonly policy: {
    /** `undecided`: history moved the traffic, or ended, before this policy could decide. */
    readonly outcome: 'promoted' | 'rolledBack' | 'undecided';
    readonly at: number | null;
    /** When a person was asked; null when nobody was. */
    readonly pausedAt: number | null;
    /** Percent of the step at which it ended. */
    readonly percent: number;
    readonly looks: number;
    readonly code: string;
    readonly text: string;
  };
}

/** A release's own metrics, at their time. */
export interface ReleasePoint extends MetricPoint {
  readonly at: number;
}

type State = { readonly [key: string]: Json };

export interface ReleaseReplayInput {
  readonly graph: StepGraph;
  readonly release: RecordedRelease;
  readonly ports: Pick<Ports, 'model' | 'state' | 'notifier'>;
  /** The telemetry as of a clock. */
  readonly telemetry: (now: () => number) => TrafficTelemetry;
  /** End of the history, epoch seconds. */
  readonly end: number;
}

/**
 * Walks the plan's release graph from the version's first answer on, with the looks of `analyseTraffic` at the recorded
 * requests of both arms. The recorded shares of traffic stand for those of the steps: looks count requests, not shares.
 * Shadow traffic is in no recording, so the walk begins with live traffic.
 */
export async function replayRelease({ graph, release, ports, telemetry, end }: ReleaseReplayInput): Promise<{
  readonly replayed: ReplayedRelease;
  readonly points: readonly ReleasePoint[];
}> {
  const clock = new VirtualClock(release.from);
  const points: ReleasePoint[] = [];
  const metrics = {
    emit: async (emitted: readonly MetricPoint[], at: number): Promise<void> =>
      void points.push(...emitted.map((point) => ({ ...point, at }))),
  };
  const all = { ...ports, telemetry: telemetry(() => clock.now()), metrics, clock };
  const byId = new Map(graph.steps.map((step) => [step.id, step]));
  const first = graph.steps.find((step) => step.kind === 'task' && step.use === 'shiftTraffic');
  let state: State = { verified: { version: release.version, champion: release.champion } };
  let [looks, percent] = [0, 0];
  let pausedAt: number | null = null;
  let said = { code: 'holding', text: 'not one look' };
  const ended = (outcome: ReplayedRelease['policy']['outcome'], at: number | null, reason = said) => ({
    replayed: { ...release, policy: { outcome, at, pausedAt, percent, looks, ...reason } },
    points,
  });
  for (let step: Step | undefined = first; step !== undefined; ) {
    switch (step.kind) {
      case 'wait': {
        const next = clock.now() + step.seconds;
        const moved = historyMoved(release, percent, next);
        if (moved !== null) return ended('undecided', null, { code: said.code, text: `${moved}; ${said.text}` });
        if (next > end) return ended('undecided', null, { code: said.code, text: `the history ends; ${said.text}` });
        clock.advanceTo(next);
        step = byId.get(step.next);
        break;
      }
      case 'choice':
        step = byId.get(chosen(step, state));
        break;
      case 'task': {
        if (step.use === 'promote') return ended('promoted', clock.now());
        if (step.use === 'rollBack') {
          points.push({ name: 'ReleaseRolledBack', value: 1, dimensions: {}, at: clock.now() });
          return ended('rolledBack', clock.now());
        }
        if (step.use === 'shiftTraffic') {
          percent = Number(step.arguments['percent']);
          const looked = (state['analysis'] as unknown as { readonly state: CanaryState } | undefined)?.state ?? null;
          const hold = {
            phase: 'live' as const,
            percent,
            holdSeconds: Number(step.arguments['holdSeconds']),
            last: percent === 100,
          };
          state = { ...state, traffic: { state: enterStage(looked, hold, clock.now()) as unknown as Json } };
        } else {
          const event = {
            use: step.use,
            step: step.id,
            run: `release-${release.version}`,
            arguments: step.arguments,
            state,
          };
          const answer = await analyseTraffic(event, all);
          looks += 1;
          said = answer['reason'] as typeof said;
          if (answer['decided'] === 'pause') pausedAt ??= clock.now();
          state = { ...state, analysis: answer };
        }
        step = byId.get(step.next);
        break;
      }
      default:
        return ended('undecided', null);
    }
  }
  return ended('undecided', null);
}

/** Whether the recording has no more answers of an arm that this step still compares. */
function historyMoved({ history }: RecordedRelease, percent: number, next: number): string | null {
  if (history.at === null || next <= history.at + GRACE) return null;
  if (history.outcome === 'takenBack') return 'history took the version back before this policy had decided';
  return percent < 100 ? 'history gave it all traffic before this policy had compared enough' : null;
}

/** A look after the last recorded answers still reads them. Seconds. */
const GRACE = 60;

/** The step that a look's action goes on to. */
function chosen({ cases, otherwise }: ChoiceStep, state: State): string {
  const { action } = state['analysis'] as { readonly action: string };
  return cases.find(({ equals }) => equals === action)?.next ?? otherwise;
}
