import type { Template } from 'aws-cdk-lib/assertions';
import type { Json } from '../../../src/kernel/json';
import { asText, type Resource } from '../support/stacks';

/** A rule of EventBridge with one target, as far as the tests read it. */
export interface EventRule {
  readonly EventPattern: { readonly [key: string]: unknown };
  readonly Targets: readonly {
    readonly InputTransformer: { readonly InputPathsMap: Record<string, string>; readonly InputTemplate: unknown };
  }[];
}

/** The rule of a template that has this description. */
export function eventRule(template: Template, description: string): EventRule {
  const rules = Object.values(
    template.findResources('AWS::Events::Rule', { Properties: { Description: description } }),
  );
  if (rules.length !== 1) throw new RangeError(`${rules.length} rules: ${description}`);
  return (rules[0] as Resource).Properties as unknown as EventRule;
}

const at = (event: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], event);

/** What an event becomes for the target; undefined when the rule does not take it. What is known at deployment only matches all. */
export function inputOf(rule: EventRule, event: Json): Json | undefined {
  if (!matches(rule.EventPattern, event)) return undefined;
  const { InputPathsMap, InputTemplate } = rule.Targets[0]!.InputTransformer;
  const text = Object.entries(InputPathsMap).reduce(
    (input, [name, path]) => input.replaceAll(`<${name}>`, JSON.stringify(at(event, path.slice(2)))),
    asText(InputTemplate),
  );
  return JSON.parse(text) as Json;
}

function matches(pattern: unknown, value: unknown): boolean {
  if (Array.isArray(pattern)) return pattern.some((one) => typeof one === 'object' || one === value);
  return Object.entries(pattern as object).every(([key, one]) => matches(one, at(value, key)));
}
