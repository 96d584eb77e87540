import type { TaskEvent } from '../../contract/events';
import type { Json } from '../../kernel/json';
import { OperationError, show } from '../../kernel/problem';

type JsonObject = { readonly [key: string]: Json };

/** The error of an event that lacks what a step before should have left, or has it in another form. */
function badEvent({ use, step }: TaskEvent, path: string, got: unknown, expected: string): OperationError {
  return new OperationError({
    code: 'badEvent',
    path: `${step}.${path}`,
    got: show(got),
    expected,
    fix: `start the workflow anew; ${use} reads what the steps before it have left`,
  });
}

/** The value at a dotted path of the run's state; undefined when there is none. */
export function at(value: Json | undefined, path: string): Json | undefined {
  return path
    .split('.')
    .reduce<Json | undefined>(
      (inner, key) =>
        inner !== null && typeof inner === 'object' && !Array.isArray(inner) && Object.hasOwn(inner, key)
          ? (inner as JsonObject)[key]
          : undefined,
      value,
    );
}

/** What was parsed of the fixed arguments, which stay the same objects where one process makes many calls. */
const parsed = new WeakMap<object, Map<object, unknown>>();

/** A section of the definition among the fixed arguments, parsed by its own schema. @throws what the schema throws */
export function section<T>(event: TaskEvent, name: string, schema: { parse(input: unknown): T }): T {
  const value = event.arguments[name];
  if (value === undefined || value === null) throw badEvent(event, `arguments.${name}`, value, 'a section');
  if (typeof value !== 'object') return schema.parse(value);
  const known = parsed.get(value) ?? new Map<object, unknown>();
  if (!known.has(schema)) known.set(schema, schema.parse(value));
  parsed.set(value, known);
  return known.get(schema) as T;
}

/** A text among the fixed arguments. @throws OperationError `badEvent` */
export function argumentText<T extends string = string>(event: TaskEvent, name: string): T {
  const value = event.arguments[name];
  if (typeof value !== 'string' || value === '') throw badEvent(event, `arguments.${name}`, value, 'a text');
  return value as T;
}

/** A finite number among the fixed arguments, at a dotted path. @throws OperationError `badEvent` */
export function argumentNumber(event: TaskEvent, path: string): number {
  const value = at(event.arguments, path);
  if (typeof value !== 'number' || !Number.isFinite(value))
    throw badEvent(event, `arguments.${path}`, value, 'a number');
  return value;
}

/** A text in the state. @throws OperationError `badEvent` */
export function stateText(event: TaskEvent, path: string): string {
  const value = at(event.state, path);
  if (typeof value !== 'string') throw badEvent(event, `state.${path}`, value, 'a text');
  return value;
}

/** A finite number in the state. @throws OperationError `badEvent` */
export function stateNumber(event: TaskEvent, path: string): number {
  const value = at(event.state, path);
  if (typeof value !== 'number' || !Number.isFinite(value)) throw badEvent(event, `state.${path}`, value, 'a number');
  return value;
}

/** A text in the state, or null where it is null or not there. */
export function optionalText(event: TaskEvent, path: string): string | null {
  const value = at(event.state, path);
  return typeof value === 'string' ? value : null;
}
