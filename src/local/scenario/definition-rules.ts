import type { PlatformDefinition } from '../../definition/platform';
import { problem, words } from '../../definition/rules/context';
import { nearest } from '../../definition/schema-keys';
import { METRICS_BY_TASK } from '../../kernel/metric-catalogue';
import type { Problem } from '../../kernel/problem';
import type { ModelPlan } from '../../plan/plan';
import { planPlatform } from '../../plan/plan-platform';
import type { RetrainingCode } from '../../runtime/core/retraining';
import { ALARM_SECTIONS } from './alarm-sections';
import { type Draft, draftOf } from './draft';
import { faultRules } from './fault-rules';
import { patchModel, rehearsedModel, unknownModel } from './merge';
import type { Expectation, Scenario } from './schema';

/**
 * What of a scenario a definition cannot rehearse: a model or column that it does not have, alarms and decisions that it
 * cannot come to. The definition is taken as the scenario’s `with` changes it.
 * @returns all problems; none where the scenario can run
 */
export const checkScenario = (scenario: Scenario, definition: PlatformDefinition): Problem[] =>
  definitionRules(draftOf(scenario), definition);

/** The same for a scenario of which not every part can be read. */
export function definitionRules(draft: Draft, definition: PlatformDefinition): Problem[] {
  const name = rehearsedModel(definition, draft);
  const known = Object.keys(definition.models);
  if (!known.includes(name)) return [unknownModel(name, known)];
  const patched = patchModel(definition, name, draft.with);
  if (!patched.ok) return [...patched.problems];
  const model = patched.value.models[name]!;
  const plan = planPlatform(patched.value).models[name]!;
  return [
    ...faultRules(draft, model),
    ...draft.expect.flatMap((one, index) => (one === undefined ? [] : expectationRules(one, ['expect', index], plan))),
  ];
}

type Path = readonly (string | number)[];

function expectationRules(one: Expectation, path: Path, plan: ModelPlan): Problem[] {
  switch (one.kind) {
    case 'alarm':
    case 'noAlarm':
      return [...cannotRing(one, path, plan), ...(one.kind === 'alarm' ? noMonitor(one, path, plan) : [])];
    case 'retrains':
      return noRetraining(path, plan);
    case 'decision':
      return [...noRetraining(path, plan), ...unknownCode(one.code, path)];
    case 'quality': {
      const metrics: readonly string[] = METRICS_BY_TASK[plan.task];
      if (metrics.includes(one.metric)) return [];
      return [
        problem(
          'noSuchMetric',
          [...path, 'metric'],
          one.metric,
          `a metric that labels and answers of a ${plan.task} give: ${metrics.join(', ')}`,
          suggest(one.metric, metrics),
        ),
      ];
    }
    case 'notifications':
    case 'pages':
    case 'champion':
    case 'championTraffic':
    case 'released':
    case 'rolledBack':
    case 'run':
      return [];
  }
}

/** An alarm that the plan does not have: asked for it never rings, forbidden it is no news that it does not. */
function cannotRing(one: Extract<Expectation, { kind: 'alarm' | 'noAlarm' }>, path: Path, plan: ModelPlan): Problem[] {
  const kinds = new Set(
    [plan.pipeline, plan.endpoint, plan.drift, plan.retraining].flatMap(
      (part) => part?.alarms.map(({ kind }) => kind) ?? [],
    ),
  );
  if (kinds.has(one.alarm)) return [];
  const section = ALARM_SECTIONS[one.alarm];
  return [
    problem(
      'cannotRing',
      [...path, 'alarm'],
      one.alarm,
      `a kind of which model ${plan.name} has an alarm: ${[...kinds].join(', ')}`,
      section === null
        ? 'remove it: the cloud’s own billing and functions raise it, which no drill has'
        : `add ${section} to the model, or to the scenario’s with`,
    ),
  ];
}

function noMonitor({ within }: Extract<Expectation, { kind: 'alarm' }>, path: Path, plan: ModelPlan): Problem[] {
  if (within === undefined || typeof within === 'string') return [];
  const [key, job] =
    'driftWindows' in within ? (['driftWindows', 'drift'] as const) : (['qualityWindows', 'quality'] as const);
  if (plan.drift?.jobs.some(({ id }) => id === job)) return [];
  return [
    problem(
      'noSuchMonitor',
      [...path, 'within', key],
      words(`runs of the ${job} monitor, which model ${plan.name} does not have`),
      'runs of a monitor that the definition has, or a duration',
      `add monitoring.${job}${job === 'quality' && plan.drift === null ? ' and monitoring.drift' : ''}, or write a duration such as 1d`,
    ),
  ];
}

function noRetraining(path: Path, plan: ModelPlan): Problem[] {
  return plan.retraining !== null
    ? []
    : [
        problem(
          'noRetraining',
          path,
          words(`a retraining decision of model ${plan.name}, which has none`),
          'a model with a retraining section',
          'add retraining to the model, or to the scenario’s with',
        ),
      ];
}

/** Exhaustive by its type. */
const CODES: Readonly<Record<RetrainingCode, true>> = {
  noReason: true,
  notAsked: true,
  duplicate: true,
  inFlight: true,
  dataInvalid: true,
  driftAlone: true,
  circuitOpen: true,
  backoff: true,
  cooldown: true,
  maxRuns: true,
  costUnknown: true,
  costPerRun: true,
  budgetExceeded: true,
  labelsUnknown: true,
  tooFewLabels: true,
  start: true,
};

function unknownCode(code: string | undefined, path: Path): Problem[] {
  if (code === undefined || Object.hasOwn(CODES, code)) return [];
  const known = Object.keys(CODES);
  return [problem('notAllowed', [...path, 'code'], code, `one of ${known.join(', ')}`, suggest(code, known))];
}

function suggest(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  return near === undefined ? 'name one of them' : `did you mean ${near}?`;
}
