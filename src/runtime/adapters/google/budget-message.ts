import { z } from 'zod';
import type { Spend } from '../../core/retraining';
import { pushMessageOf } from './push-message';

/** Which message of several is the newest. */
const pushSchema = z.object({
  message: z.object({ messageId: z.string(), publishTime: z.iso.datetime({ offset: true }) }),
});

/** What Cloud Billing publishes of a budget several times a day (schema 1.0), as far as we read it. */
const budgetSchema = z.object({
  costAmount: z.number(),
  costIntervalStart: z.iso.datetime({ offset: true }),
  budgetAmount: z.number(),
  currencyCode: z.string(),
});

export interface BudgetMessage {
  /** The same for every delivery of the message. */
  readonly id: string;
  readonly spend: Spend;
}

const seconds = (instant: string): number => Date.parse(instant) / 1000;

/** What a push says of a budget; undefined for a message that is none of Cloud Billing's. @throws ZodError for what is no push at all */
export function budgetMessageOf(body: unknown): BudgetMessage | undefined {
  const { message } = pushSchema.parse(body);
  const parsed = budgetSchema.safeParse(pushMessageOf(body).content);
  if (!parsed.success) return undefined;
  const { costAmount, costIntervalStart, budgetAmount, currencyCode } = parsed.data;
  return {
    id: message.messageId,
    spend: {
      periodStartSeconds: seconds(costIntervalStart),
      cost: costAmount,
      budget: budgetAmount,
      currency: currencyCode,
      saidAtSeconds: seconds(message.publishTime),
    },
  };
}
