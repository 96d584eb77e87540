import { z } from 'zod';
import type { DeepReadonly } from '../kernel/readonly';
import { commandsSchema, duration, text } from './values';

/** CI/CD of code: where the source is and what builds, checks and tests it. */
export const deliverySchema = z.strictObject({
  source: z.strictObject({
    provider: z.enum(['github', 'gitlab', 'bitbucket']).default('github'),
    repository: z.string('owner/name').regex(/^[\w.-]+(\/[\w.-]+)+$/, 'owner/name'),
    branch: text.default('main'),
    /** How each cloud reaches the repository; made once by hand, since it needs a person's consent. */
    connection: z
      .strictObject({
        aws: z
          .string()
          .regex(/^arn:aws[a-z-]*:(codeconnections|codestar-connections):/, 'the ARN of a CodeConnections connection')
          .optional(),
        google: text.optional(),
      })
      .optional(),
  }),
  build: z.strictObject({
    ...commandsSchema.shape,
    /** Build environment's image; each cloud's current standard image where it is not given. */
    image: z.strictObject({ aws: text.optional(), google: text.optional() }).optional(),
  }),
  test: commandsSchema,
  lint: commandsSchema.optional(),
  integrationTest: commandsSchema.optional(),
  timeout: duration.default('60m'),
});
export type Delivery = DeepReadonly<z.output<typeof deliverySchema>>;
