import { type Figure, type KpiWindow, quantileFigure, quantileOf, rate, share, within } from './figure';
import { checkKpiRecords } from './record-check';
import { type DeploymentRecord, distinct, type IncidentRecord, judgeDeployments } from './records';

const DAY_SECONDS = 86_400;

/** How often a team deploys, in the bands of the DORA research. */
export type FrequencyBand = 'daily' | 'weekly' | 'monthly' | 'yearly';

/** The five metrics of DORA (dora.dev, guide of 2026-01-05), for model versions. */
export interface DoraReport {
  readonly deploymentFrequency: Figure & { readonly band: FrequencyBand };
  readonly changeLeadTime: Figure;
  readonly changeFailRate: Figure;
  readonly failedDeploymentRecoveryTime: Figure;
  readonly deploymentReworkRate: Figure;
}

/**
 * The five metrics in a window. A deployment counts where it completed, a failure where the deployment got its first live
 * traffic, a recovery where the failure began. Records may come in any order and more than once.
 * @throws KpiRecordError for a number that is not finite, or a window without length
 */
export function doraReport(
  deployments: readonly DeploymentRecord[],
  incidents: readonly IncidentRecord[],
  window: KpiWindow,
): DoraReport {
  checkKpiRecords({ window, deployments, incidents });
  const all = distinct(deployments);
  const judged = judgeDeployments(all, incidents).filter((one) => within(window, one.firstLiveAtSeconds));
  const completed = all.filter(({ completedAtSeconds }) => within(window, completedAtSeconds));
  const failed = judged.filter((one) => one.failed);
  const recoveries = failed.map((one) => one.recoverySeconds).filter((seconds) => seconds !== null);
  const usable = recoveries.filter((seconds) => seconds >= 0);
  const lead = leadTimes(all, window);
  return {
    deploymentFrequency: frequency(completed, window),
    changeLeadTime: quantileFigure(
      {
        id: 'dora-lead-time',
        unit: 's',
        window,
        excluded: lead.excluded,
        definition: 'from the start of a change to all traffic on the first version that carries it',
      },
      lead.seconds,
    ),
    changeFailRate: share(
      {
        id: 'dora-change-failure-rate',
        unit: 'percent',
        window,
        definition: 'deployments with live traffic that were taken back or caused an incident, each once',
      },
      failed.length,
      judged.length,
    ),
    failedDeploymentRecoveryTime: quantileFigure(
      {
        id: 'dora-time-to-restore',
        unit: 's',
        window,
        excluded: failed.length - usable.length,
        definition: 'from the first sign of a failed deployment to the verified state after it; open ones are excluded',
      },
      usable,
    ),
    deploymentReworkRate: share(
      {
        id: 'dora-rework-rate',
        unit: 'percent',
        window,
        definition: 'deployments with live traffic that nobody had planned, because of an incident or an alarm',
      },
      judged.filter(({ unplanned }) => unplanned).length,
      judged.length,
    ),
  };
}

function frequency(completed: readonly DeploymentRecord[], window: KpiWindow): DoraReport['deploymentFrequency'] {
  const days = (window.endSeconds - window.startSeconds) / DAY_SECONDS;
  const figure = rate(
    {
      id: 'dora-deployment-frequency',
      unit: 'perDay',
      window,
      definition: 'versions that reached all live traffic, by day; the band is that of the median week or month',
    },
    completed.length,
    days,
    7,
  );
  return { ...figure, band: bandOf(completed, window) };
}

/**
 * The band by the rule of the four keys project: daily when the median week has three days with a deployment or more, weekly
 * when it has one, monthly when the median month has one, yearly otherwise. Weeks and months are counted back from the end
 * of the window; those without a deployment count as zero.
 */
function bandOf(completed: readonly DeploymentRecord[], { startSeconds, endSeconds }: KpiWindow): FrequencyBand {
  const daysBefore = new Set(
    completed.map(({ completedAtSeconds }) => Math.floor((endSeconds - 1 - (completedAtSeconds ?? 0)) / DAY_SECONDS)),
  );
  const medianDays = (length: number): number => {
    const bins = Math.floor((endSeconds - startSeconds) / DAY_SECONDS / length);
    if (bins < 1) return 0;
    const counts = new Array<number>(bins).fill(0);
    for (const day of daysBefore) {
      const bin = Math.floor(day / length);
      if (bin < bins) counts[bin]! += 1;
    }
    return quantileOf(counts, 0.5);
  };
  const week = medianDays(7);
  if (week >= 3) return 'daily';
  if (week >= 1) return 'weekly';
  return medianDays(30) >= 1 ? 'monthly' : 'yearly';
}

/** Each change once, at the first deployment that completed with it; a change that starts after it is excluded. */
function leadTimes(
  deployments: readonly DeploymentRecord[],
  window: KpiWindow,
): { readonly seconds: readonly number[]; readonly excluded: number } {
  const first = new Map<string, { startedAtSeconds: number; completedAtSeconds: number }>();
  for (const { changes, completedAtSeconds } of deployments) {
    if (completedAtSeconds === null) continue;
    for (const { id, startedAtSeconds } of changes) {
      const before = first.get(id);
      if (before === undefined || completedAtSeconds < before.completedAtSeconds) {
        first.set(id, { startedAtSeconds, completedAtSeconds });
      }
    }
  }
  const all = [...first.values()].filter((one) => within(window, one.completedAtSeconds));
  const seconds = all.map((one) => one.completedAtSeconds - one.startedAtSeconds).filter((lead) => lead > 0);
  return { seconds, excluded: all.length - seconds.length };
}
