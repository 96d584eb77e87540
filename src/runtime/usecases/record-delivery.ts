import { deliverySchema } from '../../contract/events';
import { answer } from './answer';
import { appendToLedger } from './append-ledger';
import { noteDeployment } from './deployment-log';
import type { UseCaseFunction } from './ports';

/**
 * Notes that a delivery of code has ended: one that came to its end is a deployment, as a release of a version is, and an incident
 * soon after it may be its fault; one that failed on its way has reached nobody, and somebody is told. The training that it asks for
 * is a run of its own, which no delivery waits for: a gate that says no to a candidate is no failed delivery. The changes that it carries
 * count where they are live, with the version that is trained of them. A second report of the same delivery changes
 * nothing; people may hear of it twice.
 *
 * Arguments: `tells`, for the one of several models whose handler tells people.
 */
export const recordDelivery: UseCaseFunction<'platform' | 'model' | 'state' | 'ledger' | 'notifier' | 'clock'> = async (
  event,
  ports,
) => {
  const { outcome, at } = deliverySchema.parse(event.state);
  const atSeconds = Date.parse(at) / 1000;
  const id = `delivery:${event.run}`;
  const isLive = outcome === 'SUCCEEDED';
  await noteDeployment(
    ports,
    id,
    isLive ? { firstLiveAtSeconds: atSeconds, completedAtSeconds: atSeconds } : { failedAtSeconds: atSeconds },
  );
  await appendToLedger(ports.ledger, {
    at: new Date(atSeconds * 1000).toISOString(),
    actor: 'delivery',
    action: 'deliver',
    model: ports.model,
    version: null,
    commit: null,
    dataDigest: null,
    verdict: isLive ? 'pass' : 'fail',
    details: { event: id, run: event.run },
  });
  if (!isLive && event.arguments['tells'] === true) {
    await ports.notifier.notify({
      severity: 'ticket',
      kind: 'pipelineFailure',
      subject: `${ports.platform}: delivery ${event.run} failed`,
      text: 'nothing of it reached the environments after the stage that failed',
      runbook: null,
    });
  }
  return answer({ delivery: id, outcome });
};
