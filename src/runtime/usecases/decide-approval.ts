import { createHash } from 'node:crypto';
import { approvalDutiesSchema, versionDecisionSchema } from '../../contract/events';
import { OperationError } from '../../kernel/problem';
import type { PromotionEvent, PromotionPolicy, RegistryState } from '../core/promotion';
import { answer } from './answer';
import type { UseCaseFunction } from './ports';
import { applyToRegistry, readRegistry } from './registry-document';
import { readVersion } from './version-record';

/** States that an approval leads out of; in every other one there is nothing to approve any more. */
const UNDECIDED = ['registered', 'passedGate', 'rolledBack'];

/** A store that others write to at the same time refuses nobody: the call is made again. */
const CONTENDED = ['stateContended', 'ledgerContended'];
const isRefusal = ({ problems }: OperationError): boolean => !problems.some(({ code }) => CONTENDED.includes(code));

/**
 * Carries out what a person has decided of a version: an approved one is handed to the release controller, a rejected one is
 * put away for good. The registry's rules hold wherever the decision was made (`governance.approvers`, separation of
 * duties): one that they refuse is recorded, told, and taken off the cloud's own registry again.
 *
 * State: `version`, `decision`, `by`, `reason`. Arguments: `approvers`, `separationOfDuties`.
 * @throws OperationError `unknownVersion` for a version that nobody has registered
 */
export const decideApproval: UseCaseFunction<
  'model' | 'artifacts' | 'state' | 'ledger' | 'catalogue' | 'notifier' | 'workflows' | 'clock'
> = async (event, ports) => {
  const { version, decision, by, reason } = versionDecisionSchema.parse(event.state);
  const duties = approvalDutiesSchema.parse(event.arguments);
  const policy: PromotionPolicy = { approval: 'manual', modelIntegrity: true, ...duties };
  const name = String(version);
  const record = await readVersion(ports.artifacts, name);
  const id = `approval:${event.run}`;
  const made = (registry: RegistryState): PromotionEvent[] => {
    const state = registry.versions[name]?.state ?? 'registered';
    if (decision === 'reject') return state === 'rejected' ? [] : [{ kind: 'reject', id, version: name, by, reason }];
    // Clouds tell of one decision several times, and of the labels that we set ourselves.
    return UNDECIDED.includes(state) ? [{ kind: 'approve', id, version: name, by, automatic: false }] : [];
  };
  try {
    await applyToRegistry(ports, made, policy, { commit: record.commit, dataDigest: record.data.digest });
  } catch (error) {
    if (!(error instanceof OperationError) || !isRefusal(error)) throw error;
    return refused(error);
  }
  const { versions } = await readRegistry(ports);
  const now = versions[name];
  if (decision === 'reject') {
    await ports.catalogue.label(record.externalId, { approved: false, aliases: [] });
    return answer({ version, decision: 'rejected', reason, release: null });
  }
  if (now?.state !== 'approved')
    return answer({ version, decision: 'settled', reason: now?.state ?? '', release: null });
  await ports.catalogue.label(record.externalId, { approved: true, aliases: [] });
  const release = releaseName(version, now.appliedEvents, record.run);
  await ports.workflows.start('release', release, { version, requestedBy: by });
  return answer({ version, decision: 'approved', reason: null, release });

  async function refused(problem: OperationError) {
    const state = (await readRegistry(ports)).versions[name]?.state ?? '';
    const waits = UNDECIDED.includes(state);
    await ports.catalogue.label(record.externalId, { approved: waits ? null : state !== 'rejected', aliases: [] });
    await ports.notifier.notify({
      severity: 'ticket',
      kind: 'approvalNeeded',
      subject: `${ports.model}: ${decision} of version ${version} by ${by} does not count`,
      text: problem.message,
      runbook: null,
    });
    return answer({
      version,
      decision: 'refused',
      reason: problem.problems[0]?.code ?? problem.message,
      release: null,
    });
  }
};

/**
 * One release an approval, however often it is told; a version that a policy has approved has the name that its own pipeline
 * would have given.
 */
function releaseName(version: number, appliedEvents: readonly string[], run: string): string {
  const approval = appliedEvents.filter((id) => id.startsWith('approval:')).at(-1);
  if (approval === undefined) return `v${version}-${run}`;
  return `v${version}-approval-${createHash('sha256').update(approval).digest('hex').slice(0, 16)}`;
}
