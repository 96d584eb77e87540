import { z } from 'zod';
import type { DeepReadonly } from '../kernel/readonly';

export const securitySchema = z.strictObject({
  /** `managed`: the cloud's own keys; `customerKey`: keys of this platform, rotated. */
  encryption: z.enum(['managed', 'customerKey']).default('customerKey'),
  /** `standard`: no VPC, every call authorised by IAM; `private`: a VPC with endpoints, or the one wired in. */
  network: z.enum(['standard', 'private']).default('standard'),
  /** The artifact's digest is recorded at registration and verified before traffic. */
  modelIntegrity: z.boolean().default(true),
  /** Stateful resources survive the deletion of their stack. */
  deletionProtection: z.boolean().default(true),
});
export type Security = DeepReadonly<z.output<typeof securitySchema>>;
