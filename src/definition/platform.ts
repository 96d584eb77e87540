import { z } from 'zod';
import { MODEL_NAME_MAX, PLATFORM_NAME_MAX } from '../kernel/names';
import type { DeepReadonly } from '../kernel/readonly';
import { STAGES } from '../kernel/stages';
import { platformBudgetSchema } from './budget';
import { deliverySchema } from './delivery';
import { environmentSchema } from './environments';
import { governanceSchema } from './governance';
import { incidentsSchema } from './incidents';
import { type Model, modelSchema } from './model';
import { securitySchema } from './security';
import { name, text } from './values';

const CURRENCY = 'an ISO 4217 code such as EUR';
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/** The whole definition, version 1. */
export const platformSchema = z.strictObject({
  version: z.literal(1, '1, the only version of this format').default(1),
  name: name(PLATFORM_NAME_MAX),
  owner: text,
  stage: z.enum(STAGES).default('core'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, CURRENCY)
    .refine((code) => CURRENCIES.has(code), { error: CURRENCY })
    .default('USD'),
  tags: z.record(text, z.string()).default({}),
  /** In promotion order. */
  environments: z
    .array(environmentSchema)
    .min(1, 'at least one environment')
    .default([{ name: 'production', approval: 'automatic' }]),
  delivery: deliverySchema,
  incidents: incidentsSchema,
  governance: governanceSchema.prefault({}),
  security: securitySchema.prefault({}),
  budget: platformBudgetSchema.optional(),
  models: z
    .record(name(MODEL_NAME_MAX), modelSchema)
    .refine((models) => Object.keys(models).length > 0, { error: 'at least one model' }),
});

/** A parsed definition: deep-frozen, no default left open. */
export type PlatformDefinition = DeepReadonly<
  Omit<z.output<typeof platformSchema>, 'models'> & { models: Record<string, Model> }
>;
/** A parsed model of a definition. */
export type ModelDefinition = PlatformDefinition['models'][string];
