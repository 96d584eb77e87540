import type { ModelDefinition, PlatformDefinition } from '../../definition/platform';
import type { ModelPlan, Plan } from '../plan';
import type { Finding } from './finding';

/** One place where a rule holds. */
export interface Hit {
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

export interface RuleInput {
  readonly platform: PlatformDefinition;
  readonly plan: Omit<Plan, 'findings'>;
}

/** A rule over a valid definition; the answer is what it found, nothing, or that it does not apply. */
export interface FindingRule {
  readonly id: string;
  readonly severity: Finding['severity'];
  /** What it looks for, in a sentence; for the reference. */
  readonly about: string;
  readonly check: (input: RuleInput) => readonly Hit[] | 'notApplicable';
}

export interface ModelInput extends RuleInput {
  readonly name: string;
  readonly model: ModelDefinition;
  readonly modelPlan: ModelPlan;
  /** `models.<name>` */
  readonly path: string;
}

/** A check that is made for every model; it applies when it applies to one of them. */
export function perModel(check: (input: ModelInput) => readonly Hit[] | 'notApplicable'): FindingRule['check'] {
  return ({ platform, plan }) => {
    const answers = Object.entries(platform.models).map(([name, model]) =>
      check({ platform, plan, name, model, modelPlan: plan.models[name]!, path: `models.${name}` }),
    );
    return answers.every((one) => one === 'notApplicable')
      ? 'notApplicable'
      : answers.flatMap((one) => (one === 'notApplicable' ? [] : one));
  };
}

/** Whether any environment is on a target. */
export const targetsOf = (platform: PlatformDefinition): ('aws' | 'google')[] =>
  (['aws', 'google'] as const).filter((target) =>
    platform.environments.some((environment) => environment[target] !== undefined),
  );
