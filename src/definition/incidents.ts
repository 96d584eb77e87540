import { z } from 'zod';
import { ALARM_KINDS } from '../kernel/alarm-kinds';
import type { DeepReadonly } from '../kernel/readonly';
import { duration, severity, text, url } from './values';

export const contactSchema = z
  .strictObject({
    kind: z.enum(['email', 'webhook', 'sms', 'pagerduty']),
    /** An e-mail address, an https address, or a telephone number in E.164 (+491701234567). */
    address: text,
    severities: z.array(severity).min(1, 'at least one severity').default(['page', 'ticket']),
  })
  .superRefine((contact, context) => {
    const [pattern, expected] = ADDRESS_FORMS[contact.kind];
    if (!pattern.test(contact.address)) context.addIssue({ code: 'custom', path: ['address'], message: expected });
  });

const ADDRESS_FORMS = {
  email: [/^[^\s@]+@[^\s@]+\.[^\s@]+$/, 'an e-mail address'],
  webhook: [/^https:\/\/[^\s/]+/, 'an https:// address'],
  pagerduty: [/^https:\/\/[^\s/]+/, 'the https:// address of a PagerDuty integration'],
  sms: [/^\+[1-9]\d{6,14}$/, 'a telephone number in E.164, such as +491701234567'],
} as const;

/** Who is told, what they read, and what follows. */
export const incidentsSchema = z.strictObject({
  contacts: z.array(contactSchema).min(1, 'at least one contact'),
  runbooks: z
    .strictObject({
      /** Where the rendered runbooks are published; alarms link to `baseUrl/<kind>`. */
      baseUrl: url.optional(),
      overrides: z.partialRecord(z.enum(ALARM_KINDS), url).default({}),
    })
    .prefault({}),
  escalateAfter: duration.default('15m'),
  postmortem: z
    .strictObject({
      requiredFor: z.array(severity).default(['page']),
      dueWithin: duration.default('5d'),
    })
    .prefault({}),
});
export type Incidents = DeepReadonly<z.output<typeof incidentsSchema>>;
export type Contact = DeepReadonly<z.output<typeof contactSchema>>;
