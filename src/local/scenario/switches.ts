import type { AlarmKind } from '../../kernel/alarm-kinds';
import { DATA_RULES } from '../../kernel/data-rules';
import type { Json } from '../../kernel/json';
import type { AlarmPlan, ModelPlan, MonitoringJobPlan, PartPlan } from '../../plan/plan';
import type { Step, StepGraph } from '../../plan/step-graph';
import type { ServingTarget, StateStore, WorkflowStarter } from '../../runtime/ports';
import { type Ports, stateKeys } from '../../runtime/usecases';
import type { Mechanism } from './mechanisms';

type Arguments = { readonly [key: string]: Json };

/** How a mechanism is switched off: in the plan, between the platform and its ports, or in what the engine reckons with. */
export interface Switch {
  readonly plan?: (plan: ModelPlan) => ModelPlan;
  readonly wrap?: (ports: Ports) => Ports;
  readonly world?: { readonly stampedBy?: 'client'; readonly labelDelaySeconds?: number };
  /** Reads of model files say what was registered, whatever lies there now. */
  readonly blindToTampering?: true;
}

/** No limit at all; the schemas take no infinity. */
const NO_LIMIT = 1e9;

/** One switch a mechanism; a mechanism without one does not compile. */
export const SWITCHES: Readonly<Record<Mechanism, Switch>> = {
  dataDriftAlarm: withoutAlarms('dataDrift'),
  predictionDriftAlarm: withoutAlarms('predictionDrift'),
  qualityAlarm: withoutAlarms('qualityDecay'),
  conceptDriftAlarm: withoutAlarms('conceptDrift'),
  freshnessAlarm: withoutAlarms('dataFreshness'),
  latencyAlarm: withoutAlarms('endpointLatency'),
  errorAlarm: withoutAlarms('endpointErrors', 'availabilityBurn'),
  driftPersistence: {
    plan: (plan) => ({
      ...monitoring(plan, 'monitorDrift', ({ drift, ...rest }) => ({
        ...rest,
        drift: merged(drift, { breaches: { windows: 1, of: 1 } }),
      })),
    }),
  },
  sampleSizes: {
    plan: (plan) =>
      monitoring(
        monitoring(plan, 'monitorDrift', ({ drift, ...rest }) => ({ ...rest, drift: merged(drift, { minRows: 1 }) })),
        'monitorQuality',
        ({ quality, ...rest }) => ({ ...rest, quality: merged(quality, { minLabels: 1 }) }),
      ),
  },
  labelMaturity: {
    world: { labelDelaySeconds: 0 },
    plan: (plan) =>
      monitoring(plan, 'monitorQuality', ({ data, ...rest }) => ({
        ...rest,
        data: merged(data, { label: merged(field(data, 'label'), { delay: '0s' }) }),
      })),
  },
  captureTime: { world: { stampedBy: 'client' } },
  dataChecks: withoutRules(...DATA_RULES),
  columnIdentity: withoutRules('columnIdentity'),
  uniqueKeys: withoutRules('uniqueness', 'duplicateRows'),
  evaluationGate: {
    // Nobody reads its verdict, neither the graph nor the registry.
    plan: (plan) =>
      pipeline(plan, (step) => {
        if (step.id === 'gate' && step.kind === 'task') return { ...step, output: 'unheeded' };
        return step.id === 'gatePassed' ? otherwise(step, 'register') : step;
      }),
  },
  servingCheck: {
    plan: (plan) => pipeline(plan, (step) => (step.id === 'prepareEvaluation' ? next(step, 'register') : step)),
  },
  modelIntegrity: { blindToTampering: true },
  shadowComparison: {
    plan: (plan) => release(plan, (step) => (step.id === 'shadowDecide' ? otherwise(step, 'deploy') : step)),
  },
  canaryErrors: withoutLimits({ maxErrorPercent: 100, maxErrorIncreasePercent: 100 }),
  canaryLatency: withoutLimits({ maxLatencyIncreasePercent: 1000 }, 'maxLatencyP99'),
  canaryPredictions: withoutLimits({ maxPredictionDrift: NO_LIMIT }),
  minRequests: { plan: (plan) => release(plan, advancesWhateverIsSeen) },
  providerErrorLimit: withoutLimits({ providerErrorLimit: NO_LIMIT }),
  trafficReadBack: { wrap: (ports) => ({ ...ports, serving: believesWhatItAsked(ports.serving) }) },
  pageAbortsRelease: {
    wrap: (ports) => {
      const { telemetry } = ports;
      return {
        ...ports,
        telemetry: {
          arm: (...window) => telemetry.arm(...window),
          predictions: (...window) => telemetry.predictions(...window),
          pairs: (...window) => telemetry.pairs(...window),
          firingAlarms: async () => [],
        },
      };
    },
  },
  releaseLock: { wrap: (ports) => ({ ...ports, state: forgets(ports.state, stateKeys.releaseLock(ports.model)) }) },
  retrainingLock: {
    wrap: (ports) => ({
      ...ports,
      state: overwrites(ports.state, stateKeys.retraining(ports.model)),
      workflows: startsEachTime(ports.workflows),
    }),
  },
  cooldown: retraining({ cooldown: '2d', minNewLabels: 0, maxRuns: { count: NO_LIMIT, per: '1d' } }),
  retrainingCircuit: retraining({ afterFailure: { backoff: Array.from({ length: 1000 }, () => '1d') } }),
  retrainingTriggers: {
    plan: (plan) => {
      const deaf = retraining({ on: ['freshness'] }).plan?.(plan) ?? plan;
      return deaf.retraining === null ? deaf : { ...deaf, retraining: { ...deaf.retraining, causes: [] } };
    },
  },
};

/** The plan of a model without a mechanism. */
export const planWithout = (plan: ModelPlan, without: Mechanism | undefined): ModelPlan =>
  without === undefined ? plan : (SWITCHES[without].plan?.(plan) ?? plan);

function withoutAlarms(...kinds: AlarmKind[]): Switch {
  const kept = <P extends PartPlan>(part: P): P => ({
    ...part,
    alarms: part.alarms.filter(({ kind }: AlarmPlan) => !kinds.includes(kind)),
  });
  return {
    plan: (plan) => ({
      ...plan,
      pipeline: kept(plan.pipeline),
      endpoint: kept(plan.endpoint),
      drift: plan.drift && kept(plan.drift),
      retraining: plan.retraining && kept(plan.retraining),
    }),
  };
}

function withoutRules(...rules: readonly (typeof DATA_RULES)[number][]): Switch {
  const off = Object.fromEntries(rules.map((rule) => [rule, 'off']));
  return {
    plan: (plan) =>
      pipeline(plan, (step) =>
        step.id !== 'validate'
          ? step
          : withArguments(step, ({ data, ...rest }) => ({
              ...rest,
              data: merged(data, { checks: merged(field(data, 'checks'), off) }),
            })),
      ),
  };
}

/** Looks at a release with other limits. */
function withoutLimits(limits: { readonly [key: string]: Json }, ...removed: readonly string[]): Switch {
  const relaxed = (release: Json | undefined): Json => {
    const analysis = Object.entries(merged(field(release, 'analysis'), limits)).filter(
      ([name]) => !removed.includes(name),
    );
    return merged(release, { analysis: Object.fromEntries(analysis) });
  };
  return {
    plan: (plan) =>
      release(plan, (step) =>
        step.kind === 'task' && (step.use === 'analyseTraffic' || step.use === 'analyseShadow')
          ? withArguments(step, ({ release: policy, ...rest }) => ({ ...rest, release: relaxed(policy) }))
          : step,
      ),
  };
}

function retraining(changes: { readonly [key: string]: Json }): Switch {
  return {
    plan: (plan) =>
      plan.retraining === null
        ? plan
        : {
            ...plan,
            retraining: {
              ...plan.retraining,
              arguments: {
                ...plan.retraining.arguments,
                retraining: merged(plan.retraining.arguments['retraining'], changes),
              },
            },
          },
  };
}

const monitoring = (plan: ModelPlan, use: string, change: (args: Arguments) => Arguments): ModelPlan => ({
  ...plan,
  drift: plan.drift && {
    ...plan.drift,
    jobs: plan.drift.jobs.map(
      (job): MonitoringJobPlan => (job.use === use ? { ...job, arguments: change(job.arguments) } : job),
    ),
  },
});

const changed = (graph: StepGraph, change: (step: Step) => Step): StepGraph => ({
  ...graph,
  steps: graph.steps.map(change),
});
const pipeline = (plan: ModelPlan, change: (step: Step) => Step): ModelPlan => ({
  ...plan,
  pipeline: { ...plan.pipeline, graph: changed(plan.pipeline.graph, change) },
});
const release = (plan: ModelPlan, change: (step: Step) => Step): ModelPlan => ({
  ...plan,
  endpoint: { ...plan.endpoint, graph: changed(plan.endpoint.graph, change) },
});

const otherwise = (step: Step, to: string): Step => (step.kind === 'choice' ? { ...step, otherwise: to } : step);
const next = (step: Step, to: string): Step => (step.kind === 'task' ? { ...step, next: to } : step);
const withArguments = (step: Step, change: (args: Arguments) => Arguments): Step =>
  step.kind === 'task' ? { ...step, arguments: change(step.arguments) } : step;

/** A look that would wait goes on as one that has seen enough. */
function advancesWhateverIsSeen(step: Step): Step {
  if (step.kind !== 'choice' || !step.cases.some(({ equals }) => equals === 'advance')) return step;
  const to = step.cases.find(({ equals }) => equals === 'advance')!.next;
  return { ...step, cases: step.cases.map((one) => (one.equals === 'wait' ? { ...one, next: to } : one)) };
}

const merged = (
  value: Json | undefined,
  changes: { readonly [key: string]: Json },
): { readonly [key: string]: Json } => ({
  ...(value as Arguments | null | undefined),
  ...changes,
});
const field = (value: Json | undefined, name: string): Json | undefined =>
  (value as Arguments | null | undefined)?.[name];

/** Says that the traffic is as it was asked for, without looking. */
function believesWhatItAsked(serving: ServingTarget): ServingTarget {
  let asked: { readonly challenger: number; readonly percent: number } | null = null;
  return {
    deploy: (deployment) => serving.deploy(deployment),
    setTraffic: (challenger, percent, guard) => {
      asked = { challenger, percent };
      return serving.setTraffic(challenger, percent, guard);
    },
    read: async () => {
      const found = await serving.read();
      if (asked === null) return found;
      const champion = Object.keys(found.live)
        .map(Number)
        .find((version) => version !== asked?.challenger);
      const live = {
        ...(champion !== undefined && { [champion]: 100 - asked.percent }),
        [asked.challenger]: asked.percent,
      };
      return { ...found, live };
    },
    mirror: (version, percent) => serving.mirror(version, percent),
    remove: (version) => serving.remove(version),
  };
}

/** Nothing is remembered under one key: a lock that is never held. */
const forgets = (state: StateStore, key: string): StateStore => ({
  read: async (asked) => (asked === key ? undefined : state.read(asked)),
  compareAndSwap: async (asked, expected, value) =>
    asked === key ? 'forgotten' : state.compareAndSwap(asked, expected, value),
});

/** Whoever writes one key last is right: no comparison before the swap. */
const overwrites = (state: StateStore, key: string): StateStore => ({
  read: (asked) => state.read(asked),
  compareAndSwap: async (asked, expected, value) => {
    const before = asked === key ? ((await state.read(asked))?.version ?? null) : expected;
    return state.compareAndSwap(asked, before, value);
  },
});

/** A name can be used again and again. */
function startsEachTime(workflows: WorkflowStarter): WorkflowStarter {
  let started = 0;
  return {
    start: (workflow, name, input) => {
      started += 1;
      return workflows.start(workflow, workflow === 'pipeline' ? `${name}-${started}` : name, input);
    },
    status: (workflow, name) => workflows.status(workflow, name),
  };
}
