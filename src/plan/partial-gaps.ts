import type { Plan } from './plan';

type Elements = Omit<Plan, 'findings'>;

/** What a target renders for some definitions only. */
export interface PartialGap {
  /** When nothing is rendered, and what is there instead. */
  readonly why: string;
  /** Those of a concept's elements in this plan that nothing renders. */
  readonly elements: (plan: Elements, all: readonly string[]) => readonly string[];
}

/** Cloud Monitoring takes no goal of an objective above (percent). */
export const MAX_OBJECTIVE_PERCENT_ON_GOOGLE = 99.99;

/**
 * AWS Budgets takes the currency alone that AWS bills in: "AUD is not in the supported unit set: [USD]", and the stack is taken
 * back. China is billed in CNY; no other account is billed in anything but USD.
 */
export const BUDGET_CURRENCY_ON_AWS = 'USD';

const inAnotherCurrency = (instead: string): PartialGap => ({
  why: `where \`currency\` is not ${BUDGET_CURRENCY_ON_AWS}, the only one that AWS Budgets takes: ${instead}`,
  elements: ({ platform }, all) => (platform.currency === BUDGET_CURRENCY_ON_AWS ? [] : all),
});

const withoutAccount = (instead: string): PartialGap => ({
  why: `where no environment names a billing account (\`google.billingAccount\`), which Cloud Billing sets budgets on: ${instead}`,
  elements: ({ environments }, all) => (environments.some(({ google }) => google?.billingAccount) ? [] : all),
});

const withoutConnection = (target: 'aws' | 'google', instead: string): PartialGap => ({
  why: `where \`delivery.source.connection.${target}\` is not set: ${instead}`,
  elements: ({ delivery }, all) => (delivery.source.connection[target] === null ? all : []),
});
const NOT_TOLD = 'nobody is told of what was spent';
const ESTIMATED = 'the retraining decision stops at the estimated cost';
const NO_PIPELINE = 'nothing fetches the source, so that nothing is delivered';
const NO_END = 'no delivery ends there, and releases of versions are the deployments';

/** Each is told by a finding of its own (`src/plan/findings`) where an environment is on the target. */
export const PARTIAL_GAPS = {
  budget: {
    aws: inAnotherCurrency(NOT_TOLD),
    google: withoutAccount(NOT_TOLD),
  },
  trainingBlock: {
    aws: inAnotherCurrency(ESTIMATED),
    google: withoutAccount(ESTIMATED),
  },
  objectives: {
    google: {
      why: `where more than ${MAX_OBJECTIVE_PERCENT_ON_GOOGLE} % are asked for, which Cloud Monitoring takes no objective for: the alarms watch the share of errors itself`,
      elements: (plan: Elements) =>
        Object.values(plan.models).flatMap(({ name, endpoint }) =>
          endpoint.objectives
            .filter(({ targetPercent }) => targetPercent > MAX_OBJECTIVE_PERCENT_ON_GOOGLE)
            .map(({ id }) => `models.${name}.endpoint.objectives.${id}`),
        ),
    },
  },
  delivery: { aws: withoutConnection('aws', NO_PIPELINE), google: withoutConnection('google', NO_PIPELINE) },
  deliveryDeploy: { aws: withoutConnection('aws', NO_PIPELINE) },
  deliveryRecords: { aws: withoutConnection('aws', NO_END), google: withoutConnection('google', NO_END) },
} as const satisfies Record<string, { readonly aws?: PartialGap; readonly google?: PartialGap }>;
