import { z } from 'zod';
import { COMPUTE_SIZES } from '../kernel/compute';
import type { DeepReadonly } from '../kernel/readonly';
import { count, text } from './values';

/** A named size, or exact machine types by cloud. */
export const computeSchema = z.union([
  z.enum(COMPUTE_SIZES),
  z
    .strictObject({
      aws: z
        .string()
        .regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, 'a SageMaker instance type such as ml.m5.large')
        .optional(),
      google: text.optional(),
      accelerator: z.strictObject({ type: text, count: count(1) }).optional(),
    })
    .refine((compute) => compute.aws !== undefined || compute.google !== undefined, {
      error: 'a size, or at least one of aws and google',
    }),
]);
export type Compute = DeepReadonly<z.output<typeof computeSchema>>;

/** A container image: built from a folder, or one that exists on each cloud. */
export const imageSchema = z.union([
  z.strictObject({ build: text }),
  z
    .strictObject({ aws: text.optional(), google: text.optional() })
    .refine((image) => image.aws !== undefined || image.google !== undefined, {
      error: '`build`, or at least one of aws and google',
    }),
]);
export type Image = DeepReadonly<z.output<typeof imageSchema>>;
