import { z } from 'zod';
import { scenarioSchema } from './schema';

/** JSON Schema (draft 2020-12) of a scenario as people write it, for editors. */
export function scenarioJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(scenarioSchema, { io: 'input', target: 'draft-2020-12', unrepresentable: 'any' });
  return {
    $id: 'urn:ml-platform-constructs:scenario:1',
    title: 'ml-platform-constructs: scenario of a drill, version 1',
    ...schema,
  };
}
