import { recoveryInputSchema, releaseInputSchema } from '../../contract/events';
import { answer } from './answer';
import { appendToLedger } from './append-ledger';
import type { UseCaseFunction } from './ports';
import { optionalText } from './read-event';

/** Longest text in a record; the whole of it is in the step's own log. */
const MAX_TEXT = 4000;

/** Records why a release could not begin, and tells people: a version that somebody approved would never be seen again. */
export const rejectRelease: UseCaseFunction<'model' | 'ledger' | 'notifier' | 'clock'> = async (event, ports) => {
  const reason = optionalText(event, 'error.message') ?? 'the version could not be verified';
  const recovery = recoveryInputSchema.safeParse(event.state);
  if (recovery.success) {
    await ports.notifier.notify({
      severity: 'page',
      kind: 'releaseRolledBack',
      subject: `${ports.model}: what the release ${recovery.data.recovers} has left could not be taken back`,
      text: `It was stopped, and may have live traffic that nobody watches; the next release takes it back. ${reason}`,
      runbook: null,
    });
    return answer({ recovers: recovery.data.recovers, told: true, reason });
  }
  const { version, requestedBy } = releaseInputSchema.parse(event.state);
  await appendToLedger(ports.ledger, {
    at: new Date(ports.clock.now() * 1000).toISOString(),
    actor: requestedBy,
    action: 'releaseFailed',
    model: ports.model,
    version: String(version),
    commit: null,
    dataDigest: null,
    verdict: 'refused',
    details: { event: `releaseFailed:${event.run}`, run: event.run, reason: reason.slice(0, MAX_TEXT) },
  });
  // A newer version is released in its place: that is what the definition asks for.
  if (/\bsuperseded\b/.test(reason)) return answer({ version, told: false, reason });
  await ports.notifier.notify({
    severity: 'ticket',
    kind: 'releaseRolledBack',
    subject: `${ports.model}: the release of version ${version} could not begin`,
    text: reason,
    runbook: null,
  });
  return answer({ version, told: true, reason });
};
