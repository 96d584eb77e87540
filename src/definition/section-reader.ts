import type { z } from 'zod';
import { MODEL_NAME_MAX, NAME_PATTERN } from '../kernel/names';
import { DefinitionError, type Problem, show } from '../kernel/problem';
import type { DeepReadonly } from '../kernel/readonly';
import { parseSection } from './parse';
import type { RuleContext, SectionRule } from './rules/context';

/** A section as a construct takes it: as written, or parsed. */
export type SectionInput<S extends z.ZodType> = DeepReadonly<z.input<S>> | DeepReadonly<z.output<S>>;

/** What the reader needs of a construct. */
interface Placed {
  readonly node: { readonly path: string };
}

/** Parses the sections of one construct and reports all of their problems at once, by the construct's path and the field. */
export class SectionReader {
  private readonly problems: Problem[] = [];

  constructor(private readonly scope: Placed) {}

  /** The parsed section; what it returns must not be used before `done`. */
  read<S extends z.ZodType>(
    field: string,
    schema: S,
    input: unknown,
    rule?: SectionRule,
    context?: RuleContext,
  ): DeepReadonly<z.output<S>> {
    const result = parseSection(schema, input, [this.scope.node.path, field], rule, context);
    if (result.ok) return result.value as DeepReadonly<z.output<S>>;
    this.problems.push(...result.problems);
    return undefined as DeepReadonly<z.output<S>>;
  }

  /** Like `read`; null where there is no section. */
  optional<S extends z.ZodType>(
    field: string,
    schema: S,
    input: unknown,
    rule?: SectionRule,
    context?: RuleContext,
  ): DeepReadonly<z.output<S>> | null {
    return input === undefined || input === null ? null : this.read(field, schema, input, rule, context);
  }

  /** Checks a model's name, and that what is wired in is of the same model. */
  model(name: string, wired?: string): string {
    if (wired !== undefined && wired !== name) {
      this.problems.push({
        code: 'otherModel',
        path: `${this.scope.node.path}.model`,
        got: show(name),
        expected: `${show(wired)}, the model of the registry that is wired in`,
        fix: 'wire the registry of this model, or name its model',
      });
    }
    if (!NAME_PATTERN.test(name) || name.length > MODEL_NAME_MAX) {
      this.problems.push({
        code: 'invalid',
        path: `${this.scope.node.path}.model`,
        got: show(name),
        expected: `a name: lower-case letters, digits and dashes, at most ${MODEL_NAME_MAX} characters`,
        fix: 'rename the model',
      });
    }
    return name;
  }

  /** @throws DefinitionError with every problem of the construct's props */
  done(): void {
    if (this.problems.length > 0)
      throw new DefinitionError(`${this.scope.node.path}: props are not valid`, this.problems);
  }
}
