import type { MetricName } from '../../contract/metrics';
import { doraReport } from '../core/dora';
import { answer } from './answer';
import { type DeploymentLog, EMPTY_LOG } from './deployment-log';
import { stateKeys } from './keys';
import type { UseCaseFunction } from './ports';
import { argumentNumber } from './read-event';

/** Emits the five DORA metrics of this model's releases; a figure with too few records to say is not emitted. */
export const reportDora: UseCaseFunction<'platform' | 'model' | 'state' | 'metrics' | 'clock'> = async (
  event,
  ports,
) => {
  const now = ports.clock.now();
  const log = ((await ports.state.read(stateKeys.dora(ports.platform)))?.value ??
    EMPTY_LOG) as unknown as DeploymentLog;
  const own = log.deployments.filter(({ model }) => model === ports.model);
  const ids = new Set(own.map(({ id }) => id));
  const incidents = log.incidents.filter(
    ({ model, deploymentId }) => model === ports.model && (deploymentId === null || ids.has(deploymentId)),
  );
  const report = doraReport(own, incidents, {
    startSeconds: now - argumentNumber(event, 'windowSeconds'),
    endSeconds: now,
  });
  const figures: readonly (readonly [MetricName, number | null])[] = [
    ['DeploymentFrequency', report.deploymentFrequency.value],
    ['LeadTime', report.changeLeadTime.value],
    ['ChangeFailurePercent', report.changeFailRate.value],
    ['TimeToRestore', report.failedDeploymentRecoveryTime.value],
    ['ReworkPercent', report.deploymentReworkRate.value],
  ];
  await ports.metrics.emit(
    figures.flatMap(([name, value]) => (value === null ? [] : [{ name, value, dimensions: {} }])),
    now,
  );
  return answer({ ...report });
};
