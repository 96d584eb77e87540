import { z } from 'zod';
import { platformSchema } from './platform';

/** JSON Schema (draft 2020-12) of the definition as people write it, for editors. */
export function platformJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(platformSchema, { io: 'input', target: 'draft-2020-12', unrepresentable: 'any' });
  return {
    $id: 'urn:ml-platform-constructs:platform:1',
    title: 'ml-platform-constructs: platform definition, version 1',
    ...schema,
  };
}
