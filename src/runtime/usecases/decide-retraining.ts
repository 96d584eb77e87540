import { createHash } from 'node:crypto';
import { modelBudgetSchema } from '../../definition/budget';
import { retrainingSchema } from '../../definition/retraining';
import type { AlarmKind } from '../../kernel/alarm-kinds';
import {
  decideRetraining as decide,
  type RetrainingDecision,
  type RetrainingPolicy,
  type RetrainingSignals,
  type RetrainingState,
  runningRun,
  type Trigger,
  type TriggerKind,
} from '../core/retraining';
import { answer } from './answer';
import { appendToLedger } from './append-ledger';
import { stateKeys } from './keys';
import type { MonitoringDocument } from './monitoring-document';
import type { Ports, UseCaseFunction } from './ports';
import { at, optionalText, section } from './read-event';
import { readRegistry } from './registry-document';
import { type DecidedRetraining, endRun, flushDecisions, readRetraining, takeDecision } from './retraining-document';
import { readTrainingBlock } from './training-block-document';
import { readVersion, type VersionRecord } from './version-record';

type Needs =
  | 'model'
  | 'artifacts'
  | 'state'
  | 'ledger'
  | 'data'
  | 'sql'
  | 'dialect'
  | 'metrics'
  | 'notifier'
  | 'workflows'
  | 'clock';

/**
 * Decides whether the model is trained again now, records the decision, and starts the run when it says so. Whoever writes
 * the state first is the only one that starts a run; what was decided and never carried out is carried out now.
 *
 * State: `cause` (a kind of trigger), `windowEndSeconds`, `text`; without a cause only what waits is decided again.
 */
export const decideRetraining: UseCaseFunction<Needs> = async (event, ports) => {
  const now = ports.clock.now();
  const retraining = section(event, 'retraining', retrainingSchema);
  const budget = event.arguments['budget'] ? section(event, 'budget', modelBudgetSchema) : null;
  const policy: RetrainingPolicy = { version: policyVersion(event.arguments['retraining']), retraining, budget };
  await settleRunning(ports, now);
  const { champion } = (await readRegistry(ports)).aliases;
  const record = champion === null ? null : await readVersion(ports.artifacts, champion);
  const triggers = triggersOf();
  const qualityCriticalSinceSeconds = await criticalSince(ports);
  const { pending } = await readRetraining(ports);
  const { on, maxModelAge } = retraining;
  const mayAsk = qualityCriticalSinceSeconds !== null || maxModelAge !== undefined || on.includes('newData');
  // Counting labels is a scan of the data, which costs money: not four times a day when nothing asks or waits.
  const isIdle = triggers.length === 0 && pending === null && !mayAsk;
  const signals: RetrainingSignals = {
    triggers,
    data: 'unchecked',
    dataText: '',
    ...(isIdle ? UNKNOWN_LABELS : await newLabels(ports, record)),
    modelTrainedAtSeconds: record === null ? null : Date.parse(record.registeredAt) / 1000,
    qualityCriticalSinceSeconds,
    estimatedRunCost: costOf('estimatedRunCost'),
    spentThisMonth: costOf('spentThisMonth'),
    trainingBlock: budget?.onExceeded === 'blockTraining' ? await readTrainingBlock(ports, now) : null,
  };
  // Nobody asked, and what waits goes on waiting: that is looked at four times a day, and recorded when it was asked for.
  const goesOnWaiting = ({ action }: RetrainingDecision) =>
    signals.triggers.length === 0 && (action === 'skip' || action === 'defer');
  const decision = await takeDecision(
    ports,
    { run: event.run, atSeconds: now, champion },
    (before) => {
      const spentThisMonth = signals.spentThisMonth ?? spentSince(startOfMonth(now), before, signals.estimatedRunCost);
      // What another call leaves waiting meanwhile is for the next one: this one has not counted the labels for it.
      const asked = isIdle ? { ...before, pending: null } : before;
      return decide(asked, { ...signals, spentThisMonth }, policy, now);
    },
    (taken) => !goesOnWaiting(taken),
  );
  await flushDecisions(ports, { run: event.run, atSeconds: now }, (decided) => carryOut(ports, decided));
  const { action, reason, id, warnings } = decision;
  if (goesOnWaiting(decision)) return answer({ action, reason, id: null, cause: null, warnings: [] });
  return answer({ action, reason, id, cause: causeOf(decision), warnings });

  function triggersOf(): Trigger[] {
    const kind = optionalText(event, 'cause');
    if (kind === null) return [];
    const windowEnd = at(event.state, 'windowEndSeconds');
    const text = optionalText(event, 'text') ?? kind;
    return [{ kind: kind as TriggerKind, windowEndSeconds: typeof windowEnd === 'number' ? windowEnd : now, text }];
  }

  function costOf(name: string): number | null {
    const value = event.arguments[name] ?? event.state[name];
    return typeof value === 'number' ? value : null;
  }
};

/** Training cost of the runs that started since then, each at its estimate; null where that is not known. */
const spentSince = (seconds: number, state: RetrainingState, runCost: number | null): number | null =>
  runCost === null ? null : runCost * state.runs.filter((run) => run.startedAtSeconds >= seconds).length;

/** Budgets are by calendar month, UTC. */
function startOfMonth(nowSeconds: number): number {
  const now = new Date(nowSeconds * 1000);
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1) / 1000;
}

const runInput = (id: string, cause: string) => ({
  startedBy: `retraining:${cause}`,
  cause,
  commit: null,
  decisionId: id,
});

/** Changes with every change of the section, so that old requests do not answer new rules. */
const policyVersion = (retraining: unknown): string =>
  createHash('sha256').update(JSON.stringify(retraining)).digest('hex').slice(0, 16);

/**
 * Records a decision, tells people, and starts the run. Once for the record and the run, which have names of their own; a
 * notification and a count may come twice when a fault strikes right after them.
 */
async function carryOut(
  ports: Pick<Ports, 'model' | 'ledger' | 'notifier' | 'metrics' | 'workflows'>,
  { run, atSeconds, champion, decision }: DecidedRetraining,
): Promise<void> {
  const { action, reason, id, tells, severity } = decision;
  const cause = causeOf(decision);
  const stops = reason.code === 'circuitOpen';
  await appendToLedger(ports.ledger, {
    at: new Date(atSeconds * 1000).toISOString(),
    actor: 'retraining',
    action: 'decideRetraining',
    model: ports.model,
    version: champion,
    commit: null,
    dataDigest: null,
    verdict: action,
    details: { event: `decision:${run}:${atSeconds}`, reason, id },
  });
  if (action === 'retrain' && id !== null) await ports.workflows.start('pipeline', id, runInput(id, cause));
  if (tells) {
    await ports.notifier.notify({
      severity,
      kind: stops ? 'retrainingStopped' : kindOf(cause),
      subject: `${ports.model}: retraining: ${reason.code}`,
      text: reason.text,
      runbook: null,
    });
  }
  await ports.metrics.emit(
    [
      { name: action === 'retrain' ? 'RetrainStarted' : 'RetrainSuppressed', value: 1, dimensions: { Cause: cause } },
      ...(stops && tells ? [{ name: 'RetrainingStopped' as const, value: 1, dimensions: {} }] : []),
    ],
    atSeconds,
  );
}

/** What an escalation is about: that which asked. */
const kindOf = (cause: TriggerKind): AlarmKind =>
  cause === 'drift' ? 'dataDrift' : cause === 'conceptDrift' ? 'conceptDrift' : 'qualityDecay';

const causeOf = ({ trigger }: RetrainingDecision): TriggerKind => trigger?.kind ?? 'schedule';

/** Brings the state in line with what the workflows say of a run that should be under way. */
async function settleRunning(ports: Pick<Ports, 'state' | 'model' | 'workflows'>, now: number): Promise<void> {
  const run = runningRun(await readRetraining(ports));
  if (run === null) return;
  const status = await ports.workflows.status('pipeline', run.id);
  if (status === 'absent') await ports.workflows.start('pipeline', run.id, runInput(run.id, run.trigger.kind));
  if (status === 'failed' || status === 'succeeded')
    await endRun(ports, { id: run.id, outcome: status, atSeconds: now });
}

/** Since when the quality monitor has found the champion critical. */
async function criticalSince({ state, model }: Pick<Ports, 'state' | 'model'>): Promise<number | null> {
  const seen = (await state.read(stateKeys.monitoring(model)))?.value as unknown as MonitoringDocument | undefined;
  return seen?.faultySince ?? null;
}

type LabelSignals = Pick<RetrainingSignals, 'newLabels' | 'labelsUpToSeconds'>;

const UNKNOWN_LABELS: LabelSignals = { newLabels: null, labelsUpToSeconds: null };

/** Matured labels of events after the champion's data. */
async function newLabels(
  { data, sql, dialect }: Pick<Ports, 'data' | 'sql' | 'dialect'>,
  record: VersionRecord | null,
): Promise<LabelSignals> {
  const after = record?.data.testToMs ?? record?.data.trainToMs ?? null;
  if (record === null || after === null) return UNKNOWN_LABELS;
  const table = (await data.labels()) ?? (await data.table());
  const event = dialect.identifier(record.data.timestampColumn);
  const [row] = await sql.query(
    `SELECT COUNT(*) AS label_count, ${dialect.epochMillis(`MAX(${event})`)} AS newest_ms FROM ${dialect.table(table)} WHERE ${event} > ${dialect.timestamp(after)}`,
  );
  const newest = row?.['newest_ms'];
  return {
    newLabels: Number(row?.['label_count'] ?? 0),
    labelsUpToSeconds: newest === null || newest === undefined ? null : Number(newest) / 1000,
  };
}
