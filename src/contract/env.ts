import { z } from 'zod';

/** Environment variables that constructs set and handlers read; the handler's first line parses them. */
export const handlerEnvSchema = z.object({
  MLP_PLATFORM: z.string().min(1),
  MLP_MODEL: z.string().min(1),
  /** Bucket (and optional prefix) of artifacts: `bucket` or `bucket/prefix`. */
  MLP_ARTIFACTS: z.string().min(1),
  /** Bucket of the write-once ledger. */
  MLP_LEDGER: z.string().min(1),
  /** Table (DynamoDB) or collection (Firestore) of state documents. */
  MLP_STATE: z.string().min(1),
  /** Topic by severity; empty where nobody is to be told. */
  MLP_TOPIC_PAGE: z.string().default(''),
  MLP_TOPIC_TICKET: z.string().default(''),
  MLP_TOPIC_INFO: z.string().default(''),
  /** Base of runbook links, as in the plan; empty for none. */
  MLP_RUNBOOKS: z.string().default(''),
});
export type HandlerEnv = z.output<typeof handlerEnvSchema>;
