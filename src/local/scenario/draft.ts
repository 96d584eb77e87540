import type { z } from 'zod';
import { asList, asMap, asText, parsed } from '../../definition/raw';
import { durationSeconds } from '../../kernel/duration';
import { actionSchema, type Expectation, expectationSchema, type Fault, faultSchema, scenarioSchema } from './schema';

export type Action = Readonly<z.output<typeof actionSchema>>;

/** What of a scenario can be read though other parts of it are wrong; undefined where an entry is not valid. */
export interface Draft {
  readonly model: string | undefined;
  readonly durationSeconds: number | undefined;
  readonly with: z.output<typeof scenarioSchema>['with'];
  readonly actions: readonly (Action | undefined)[];
  readonly faults: readonly (Fault | undefined)[];
  readonly expect: readonly (Expectation | undefined)[];
}

/** Reads a draft of a scenario, raw or parsed, so that rules across fields run beside the schema’s own problems. */
export function draftOf(input: unknown): Draft {
  const map = asMap(input) ?? {};
  const { shape } = scenarioSchema;
  const duration = parsed(shape.duration, map['duration']);
  const each = <S extends z.ZodType>(schema: S, key: string) =>
    (asList(map[key]) ?? []).map((entry) => parsed(schema, entry));
  return {
    model: asText(map['model']),
    durationSeconds: duration === undefined ? undefined : durationSeconds(duration),
    with: parsed(shape.with, map['with']) ?? {},
    actions: each(actionSchema, 'actions'),
    faults: each(faultSchema, 'faults'),
    expect: each(expectationSchema, 'expect'),
  };
}
