import type { Data } from '../definition/data';
import type { Drift, Quality } from '../definition/monitoring';
import type { ModelDefinition, PlatformDefinition } from '../definition/platform';
import { releaseSchema } from '../definition/release';
import { durationSeconds } from '../kernel/duration';
import type { RunbookLink } from './alarm';
import { planCompute } from './compute';
import { planDrift } from './drift';
import { planEndpoint } from './endpoint';
import { incidentPolicy } from './incidents';
import { planPipeline } from './pipeline';
import type { BudgetPlan, ModelPlan } from './plan';
import { hourlyPrice, servingPrice } from './prices';
import { planRegistry } from './registry';
import { planRetraining } from './retraining';

/** The parts of one model. Sections are frozen deeply; the planners only read them. */
export function planModel(
  name: string,
  definition: ModelDefinition,
  platform: PlatformDefinition,
  runbook: RunbookLink,
): ModelPlan {
  const { task, monitoring } = definition;
  const data = definition.data;
  const release = definition.release ?? releaseSchema.parse(FOUNDATION_RELEASE);
  const quality = monitoring.quality ?? null;
  const drift = monitoring.drift ?? null;
  return {
    name,
    task,
    owner: definition.owner,
    risk: definition.risk,
    tags: definition.tags,
    registry: planRegistry({
      model: name,
      governance: platform.governance,
      security: platform.security,
      keepPrevious: release.keepPrevious,
    }),
    pipeline: planPipeline({
      model: name,
      task,
      data,
      training: definition.training,
      evaluation: definition.evaluation ?? null,
      drift,
      pipelineSuccess: monitoring.pipelineSuccess ?? null,
      retrainRelease: definition.retraining?.release ?? 'automatic',
      runbook,
    }),
    endpoint: planEndpoint({
      model: name,
      task,
      serving: definition.serving,
      release,
      latency: monitoring.latency,
      errors: monitoring.errors,
      availability: monitoring.availability ?? null,
      captureRetentionSeconds: captureRetentionSeconds(data, drift, quality),
      incidents: incidentPolicy(platform.incidents),
      runbook,
    }),
    drift:
      drift &&
      planDrift({
        model: name,
        task,
        data,
        drift,
        quality,
        freshness: monitoring.freshness ?? null,
        costPerPrediction: monitoring.costPerPrediction ?? null,
        servingCost: servingCostOf(definition),
        runbook,
      }),
    retraining: definition.retraining
      ? planRetraining({
          model: name,
          retraining: definition.retraining,
          budget: definition.budget ?? null,
          estimatedRunCost: runCostOf(definition),
          runbook,
        })
      : null,
    budget: modelBudget(definition, platform),
  };
}

/** Stage foundation has no release section: a version replaces the one before at once, and a person starts it. */
const FOUNDATION_RELEASE = { strategy: 'allAtOnce' } as const;

/** What serves without a request: the least number of instances. What autoscaling adds is counted where the target tells of it. */
function servingCostOf(definition: ModelDefinition): { pricePerInstanceHour: number; instances: number } | null {
  const pricePerInstanceHour = servingPrice(definition, planCompute(definition.serving.compute));
  return pricePerInstanceHour === undefined
    ? null
    : { pricePerInstanceHour, instances: definition.serving.instances.min };
}

/** A run that takes all of its time; null where the machine's price is not known. */
function runCostOf({ training }: ModelDefinition): number | null {
  const hourly = hourlyPrice(planCompute(training.compute));
  return hourly === undefined ? null : Number(((hourly * durationSeconds(training.maxDuration)) / 3600).toPrecision(6));
}

const DAY = 86_400;

/** Captured requests are kept while a drift window, a quality window or a late label can still need them, and at least 30 days. */
export function captureRetentionSeconds(data: Data, drift: Drift | null, quality: Quality | null): number {
  const label = durationSeconds(data.label.delay) + durationSeconds(data.label.lateness);
  const driftNeeds = drift ? durationSeconds(drift.window) * drift.breaches.of : 0;
  const qualityNeeds = quality ? durationSeconds(quality.window) + label : 0;
  return Math.ceil(Math.max(30 * DAY, driftNeeds, qualityNeeds) / DAY) * DAY;
}

function modelBudget({ budget }: ModelDefinition, platform: PlatformDefinition): BudgetPlan | null {
  if (!budget) return null;
  return {
    monthly: budget.monthly,
    currency: platform.currency,
    alertAtPercent: platform.budget?.alertAtPercent ?? [100],
    trainingRun: budget.trainingRun ?? null,
    onExceeded: budget.onExceeded,
  };
}
