import { z } from 'zod';
import type { DeepReadonly } from '../kernel/readonly';
import { name, text } from './values';

const region = z.string('a region').regex(/^[a-z]{2,}(-[a-z0-9]+)+$/, 'a region such as eu-central-1 or europe-west3');

export const environmentSchema = z.strictObject({
  name: name(24),
  aws: z
    .strictObject({
      account: z.string('an account id in quotes').regex(/^\d{12}$/, 'an account id of 12 digits, in quotes'),
      region,
    })
    .optional(),
  google: z
    .strictObject({
      project: text,
      region,
      /** Account that pays for the project; budgets are set on it. */
      billingAccount: z
        .string('a billing account')
        .regex(/^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$/, 'a billing account such as 012345-6789AB-CDEF01')
        .optional(),
    })
    .optional(),
  /** `manual`: a person releases into this environment. */
  approval: z.enum(['automatic', 'manual']).default('automatic'),
});
export type Environment = DeepReadonly<z.output<typeof environmentSchema>>;
