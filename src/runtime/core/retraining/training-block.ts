/** What a budget has been used up by, as the bill says. */
export interface Spend {
  /** Start of the budget's month, epoch seconds. */
  readonly periodStartSeconds: number;
  readonly cost: number;
  /** The budget of the month. */
  readonly budget: number;
  readonly currency: string;
  /** When it was said, epoch seconds: what was said later counts. */
  readonly saidAtSeconds: number;
}

/** While it holds no training starts, whoever asks for it. */
export interface TrainingBlock {
  readonly cost: number;
  readonly budget: number;
  readonly currency: string;
  /** When the period ends, and the block by itself, epoch seconds. */
  readonly untilSeconds: number;
}

/** What is known of a model's spending; one JSON document, changed by compare-and-swap. */
export interface SpendState {
  readonly spend: Spend;
  readonly block: TrainingBlock | null;
  /** What has come of it, and is still to be recorded and told. */
  readonly untold: 'blocked' | 'lifted' | null;
  /** When the block came or went, by what was said then: one change is one, however many messages follow. @default - it never has */
  readonly changedAtSeconds?: number;
  /** Since when somebody tells of it: messages overlap. @default - nobody does */
  readonly tellingSinceSeconds?: number;
}

/**
 * End of a monthly period: the same time of the next month's first day. Where clocks change meanwhile (periods start at
 * midnight in California) that is an hour off.
 */
export function periodEnd(startSeconds: number): number {
  const end = new Date(startSeconds * 1000);
  return end.setUTCMonth(end.getUTCMonth() + 1) / 1000;
}

/**
 * The state after something was said of the spending. Messages come several times a day, more than once and in any order: what
 * is older than what is known changes nothing, nor does what is said of a period that is over. A budget that is used up blocks
 * training to the end of its period, also when a credit lowers the cost again; a person lifts it by raising the budget.
 */
export function applySpend(before: SpendState | null, spend: Spend, nowSeconds: number): SpendState | null {
  const untilSeconds = periodEnd(spend.periodStartSeconds);
  if (untilSeconds <= nowSeconds || (before !== null && !isNewer(spend, before.spend))) return before;
  const goesOn = before !== null && before.spend.periodStartSeconds === spend.periodStartSeconds ? before.block : null;
  const { cost, budget, currency } = spend;
  const isUsedUp = cost >= budget;
  const isRaised = goesOn !== null && budget > goesOn.budget && !isUsedUp;
  const block = isRaised ? null : (goesOn ?? (isUsedUp ? { cost, budget, currency, untilSeconds } : null));
  const was = before?.block ?? null;
  if (block === was) return { ...(before ?? { untold: null }), spend, block };
  return { spend, block, untold: block === null ? 'lifted' : 'blocked', changedAtSeconds: spend.saidAtSeconds };
}

const isNewer = (spend: Spend, than: Spend): boolean =>
  spend.periodStartSeconds === than.periodStartSeconds
    ? spend.saidAtSeconds > than.saidAtSeconds
    : spend.periodStartSeconds > than.periodStartSeconds;

/** The block that holds at an instant; null for none, and once its period is over. */
export const blockAt = (state: SpendState | null, nowSeconds: number): TrainingBlock | null =>
  state?.block && nowSeconds < state.block.untilSeconds ? state.block : null;

/** A block, for people. */
export const blockText = ({ cost, budget, currency, untilSeconds }: TrainingBlock): string =>
  `${cost} of ${budget} ${currency} of the month are spent; training is blocked until ${new Date(untilSeconds * 1000).toISOString()}, or until the budget is raised`;
