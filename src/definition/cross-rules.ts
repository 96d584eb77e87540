import { TASKS, type Task } from '../kernel/metric-catalogue';
import type { Problem } from '../kernel/problem';
import { incidentsSchema } from './incidents';
import { unknownKey } from './issues';
import { platformSchema } from './platform';
import { asList, asMap, asText, parsed, type RawMap } from './raw';
import { columnsOf, problem, type RuleContext, type SectionRule, words } from './rules/context';
import { dataRules } from './rules/data';
import { evaluationRules } from './rules/evaluation';
import { customDirections } from './rules/metrics';
import { monitoringRules } from './rules/monitoring';
import { releaseRules } from './rules/release';
import { servingRules } from './rules/serving';
import { stageRules } from './rules/stages';

const MODEL_RULES: Readonly<Record<string, SectionRule>> = {
  data: dataRules,
  evaluation: evaluationRules,
  serving: servingRules,
  release: releaseRules,
  monitoring: monitoringRules,
};

/** What is invalid across fields and sections; runs on raw input, so that it reports beside the schema's own problems. */
export function crossRules(input: unknown): Problem[] {
  const platform = asMap(input);
  if (platform === undefined) return [];
  const stage = parsed(platformSchema.shape.stage, platform['stage']);
  return [
    ...hiddenKeys(input),
    ...contactRules(platform),
    ...environmentRules(platform),
    ...(stage === undefined ? [] : stageRules(platform, stage)),
    ...Object.entries(asMap(platform['models']) ?? {}).flatMap(([name, model]) =>
      modelRules(asMap(model), ['models', name]),
    ),
  ];
}

function modelRules(model: RawMap | undefined, path: readonly string[]): Problem[] {
  if (model === undefined) return [];
  const task = TASKS.find((one) => one === model['task']);
  const context: RuleContext = {
    ...(task && { task: task as Task }),
    columns: columnsOf(model),
    directions: customDirections(asMap(asMap(model['evaluation'])?.['metrics'])),
  };
  return Object.entries(MODEL_RULES).flatMap(([key, rule]) => {
    const section = asMap(model[key]);
    return section ? rule(section, [...path, key], context) : [];
  });
}

/**
 * Keys named `__proto__`, at any depth. JavaScript's maps cannot hold them safely and the schema skips them, so that
 * what stands below them would be dropped without a word.
 */
function hiddenKeys(value: unknown, path: readonly string[] = [], above: ReadonlySet<unknown> = new Set()): Problem[] {
  if (typeof value !== 'object' || value === null || above.has(value)) return [];
  const within = new Set([...above, value]);
  return Object.keys(value).flatMap((key) =>
    key === '__proto__'
      ? [unknownKey([...path, key], key, [])]
      : hiddenKeys((value as Record<string, unknown>)[key], [...path, key], within),
  );
}

function contactRules(platform: RawMap): Problem[] {
  const contacts = asList(asMap(platform['incidents'])?.['contacts']);
  if (contacts === undefined || contacts.length === 0) return [];
  const severities = incidentsSchema.shape.contacts.element.shape.severities;
  const each = contacts.map((contact) => parsed(severities, asMap(contact)?.['severities']));
  const taken = each.flatMap((one) => one ?? []);
  // Severities that cannot be read are a problem of their own; who takes page is not known before they are mended.
  return taken.includes('page') || each.includes(undefined)
    ? []
    : [
        problem(
          'nobodyTakesPage',
          ['incidents', 'contacts'],
          words(`contacts that take ${[...new Set(taken)].join(', ')}`),
          'at least one contact that takes page',
          'add page to the severities of one of them',
        ),
      ];
}

function environmentRules(platform: RawMap): Problem[] {
  const seen = new Set<string>();
  return (asList(platform['environments']) ?? []).flatMap((environment, index) => {
    const name = asText(asMap(environment)?.['name']);
    if (name === undefined || !seen.has(name)) {
      if (name !== undefined) seen.add(name);
      return [];
    }
    return [problem('duplicateName', ['environments', index, 'name'], name, 'a name that is used once', 'rename it')];
  });
}
