import { pipelineInputSchema } from '../../contract/events';
import { dataSchema } from '../../definition/data';
import type { Json } from '../../kernel/json';
import type { Task } from '../../kernel/metric-catalogue';
import type { PromotionEvent, PromotionPolicy, RegistryState } from '../core/promotion';
import { type Answer, answer } from './answer';
import { driftPolicy } from './data-comparison';
import { parametersOf, writeExperiment } from './experiment-record';
import { finishRetraining } from './finish-retraining';
import { readJson, writeJson } from './json-artifact';
import { artifactKeys } from './keys';
import type { UseCaseFunction } from './ports';
import { argumentText, at, optionalText, section, stateNumber, stateText } from './read-event';
import { highestVersion, registeredEvent, versionOfRun } from './registered-run';
import { applyToRegistry } from './registry-document';
import { measureAtRelease } from './release-metrics';
import { noteRunEnd } from './run-log';
import type { VersionRecord } from './version-record';

/**
 * Registers the run's model as the next version, with digest and lineage, the reference of its inputs and answers, and the
 * gate's verdict; where approval is automatic it is approved. A second call for the same run finds its version and
 * completes what is missing.
 * @returns `version`, and `release`: `automatic`, or `manual` when a person has to let it go on
 */
export const registerVersion: UseCaseFunction<
  'model' | 'artifacts' | 'state' | 'ledger' | 'catalogue' | 'experiments' | 'metrics' | 'notifier' | 'clock'
> = async (event, ports): Promise<Answer> => {
  const { artifacts, model, clock } = ports;
  const { run, state } = event;
  const data = section(event, 'data', dataSchema);
  const task = argumentText<Task>(event, 'task');
  const approval = argumentText<'automatic' | 'manual'>(event, 'approval');
  const release = argumentText<'automatic' | 'manual'>(event, 'release');
  const input = pipelineInputSchema.parse(state);
  const artifactDigest = stateText(event, 'evaluation.artifactDigest');
  const dataDigest = stateText(event, 'validation.train.digest');
  const serverImage = optionalText(event, 'candidateScores.image');
  const parameters = parametersOf(event);
  const verdict = optionalText(event, 'gate.verdict');
  const policy = driftPolicy(event.arguments['drift']);
  const atRelease = await measureAtRelease(artifacts, run, task, data, {
    bins: policy.bins,
    digest: stateText(event, 'validation.test.digest'),
    scored: at(state, 'candidateScores') !== undefined,
  });
  const profile = (await readJson(artifacts, artifactKeys.profile(run), 'the profile of the training data')) as {
    readonly inputs: Json;
  };
  await writeJson(artifacts, artifactKeys.profile(run), { inputs: profile.inputs, predictions: atRelease.predictions });

  const promotion: PromotionPolicy = { approval, approvers: [], separationOfDuties: true, modelIntegrity: true };
  const registry = await applyToRegistry(
    ports,
    (before) => eventsOf(before, { run, artifactDigest, startedBy: input.startedBy, verdict, approval }),
    promotion,
    { commit: input.commit, dataDigest },
  );
  const version = Number(versionOfRun(registry, run));
  const artifactUri = stateText(event, 'evaluation.artifactUri');
  const trainerMetrics = at(state, 'evaluation.metrics') as Readonly<Record<string, number>>;
  const externalId = await ports.catalogue.publish({
    model,
    version,
    artifactUri,
    artifactDigest,
    image: serverImage ?? '',
    metricsUri: artifacts.uri(artifactKeys.metrics(run)),
    facts: {
      run,
      commit: input.commit ?? '',
      dataDigest,
      seed: parameters ? String(parameters.seed) : '',
      ...Object.fromEntries(
        Object.entries(atRelease.metrics).map(([name, { value }]) => [`metric.${name}`, `${value}`]),
      ),
      ...Object.fromEntries(
        Object.entries(parameters?.hyperparameters ?? {}).map(([name, value]) => [`parameter.${name}`, String(value)]),
      ),
    },
  });
  const approved = registry.versions[String(version)]?.state === 'approved';
  await ports.catalogue.label(externalId, { approved: approved ? true : null, aliases: [] });
  const now = clock.now();
  const record: VersionRecord = {
    format: 1,
    version,
    run,
    registeredAt: new Date(now * 1000).toISOString(),
    startedBy: input.startedBy,
    cause: input.cause,
    commit: input.commit,
    committedAt: input.committedAt,
    artifactDigest,
    artifactUri,
    externalId,
    data: {
      digest: dataDigest,
      uri: stateText(event, 'validation.train.uri'),
      trainRows: stateNumber(event, 'validation.train.rows'),
      testRows: stateNumber(event, 'validation.test.rows'),
      trainFromMs: numberOrNull(at(state, 'validation.train.fromMs')),
      trainToMs: numberOrNull(at(state, 'validation.train.toMs')),
      testToMs: numberOrNull(at(state, 'validation.test.toMs')),
      timestampColumn: data.timestamp,
    },
    training: at(state, 'training') ?? null,
    ...(parameters && { parameters }),
    ...(serverImage !== null && { serverImage }),
    trainerMetrics,
    atRelease: atRelease.metrics,
    labelDeviation: atRelease.labelDeviation,
    gate: {
      verdict: verdict ?? 'none',
      explanation: optionalText(event, 'gate.explanation') ?? 'the definition asks for no evaluation',
    },
  };
  await writeJson(artifacts, artifactKeys.version(version), record);
  await writeExperiment(ports, event, { outcome: 'registered', version, endedAtSeconds: now });
  await finishRetraining(ports, input.decisionId, 'succeeded');
  await ports.metrics.emit(
    [
      { name: 'PipelineSuccess', value: 1, dimensions: {} },
      ...(await noteRunEnd(ports, event, true, now)),
      { name: 'PipelineDuration', value: now - stateNumber(event, 'validation.startedAt'), dimensions: {} },
    ],
    now,
  );
  if (registry.versions[String(version)]?.state === 'passedGate') {
    await ports.notifier.notify({
      severity: 'ticket',
      kind: 'approvalNeeded',
      subject: `${model}: version ${version} waits for approval`,
      text: record.gate?.explanation ?? '',
      runbook: null,
    });
  }
  return answer({
    version,
    release: approved ? release : 'manual',
    artifactDigest,
    record: artifacts.uri(artifactKeys.version(version)),
  });
};

const numberOrNull = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null);

function eventsOf(
  registry: RegistryState,
  facts: {
    readonly run: string;
    readonly artifactDigest: string;
    readonly startedBy: string;
    readonly verdict: string | null;
    readonly approval: 'automatic' | 'manual';
  },
): PromotionEvent[] {
  const { run, artifactDigest, startedBy, verdict, approval } = facts;
  const version = versionOfRun(registry, run) ?? String(highestVersion(registry) + 1);
  const by = 'pipeline';
  return [
    { kind: 'register', id: registeredEvent(run), version, by, artifactDigest, startedBy },
    // Without an evaluation section a person decides alone, and the gate lets the version come to that person.
    { kind: 'gate', id: `gate:${run}`, version, by, verdict: gateVerdict(verdict) },
    ...(approval === 'automatic'
      ? [{ kind: 'approve' as const, id: `approve:${run}`, version, by: 'policy', automatic: true }]
      : []),
  ];
}

const gateVerdict = (verdict: string | null): 'pass' | 'fail' | 'inconclusive' =>
  verdict === null || verdict === 'pass' ? 'pass' : verdict === 'fail' ? 'fail' : 'inconclusive';
