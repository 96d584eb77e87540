import { importArgumentsSchema, versionOfferSchema } from '../../contract/events';
import { OperationError } from '../../kernel/problem';
import type { PromotionEvent } from '../core/promotion';
import type { ArtifactStore } from '../ports';
import { answer } from './answer';
import { appendToLedger } from './append-ledger';
import { modelDigest } from './artifact-digest';
import { writeJson } from './json-artifact';
import { artifactKeys } from './keys';
import type { Ports, UseCaseFunction } from './ports';
import { highestVersion, registeredEvent, versionOfRun } from './registered-run';
import { applyToRegistry } from './registry-document';
import { readVersion, type VersionRecord } from './version-record';

/**
 * Takes the champion of the environment before this one: the same artifact, by digest, as a version of this registry. It is
 * released by itself, or waits for a person, as this environment asks. A second call for the same version changes nothing.
 *
 * State: `version`, `artifactDigest`. Arguments: `from`, `approval`.
 * @throws OperationError `noOrigin`, `artifactChanged` (in the ledger as well), `artifactMissing`
 */
export const importVersion: UseCaseFunction<
  'model' | 'artifacts' | 'state' | 'ledger' | 'catalogue' | 'notifier' | 'workflows' | 'origin' | 'clock'
> = async (event, ports) => {
  const offer = versionOfferSchema.parse(event.state);
  const { from, approval } = importArgumentsSchema.parse(event.arguments);
  const { origin, artifacts, model, clock } = ports;
  if (origin === undefined) throw noOrigin(from);
  const offered = await readVersion(origin, String(offer.version));
  const run = `${from}-v${offer.version}`;
  await copyModel(origin, artifacts, offered.run, run);
  const artifactDigest = await modelDigest(artifacts, run);
  if (artifactDigest !== offer.artifactDigest || artifactDigest !== offered.artifactDigest) {
    await refuse(ports, event.run, from, offered, [offer.artifactDigest, artifactDigest]);
  }
  const by = `promotion:${from}`;
  const registry = await applyToRegistry(
    ports,
    (before): PromotionEvent[] => {
      const version = versionOfRun(before, run) ?? String(highestVersion(before) + 1);
      return [
        { kind: 'register', id: registeredEvent(run), version, by, artifactDigest, startedBy: offered.startedBy },
        // Its evidence is the gate of before; a version without an evaluation was let through by a person there.
        { kind: 'gate', id: `gate:${run}`, version, by, verdict: 'pass' },
        ...(approval === 'automatic'
          ? [{ kind: 'approve' as const, id: `approve:${run}`, version, by: 'policy', automatic: true }]
          : []),
      ];
    },
    { approval, approvers: [], separationOfDuties: true, modelIntegrity: true },
    { commit: offered.commit, dataDigest: offered.data.digest },
  );
  const version = Number(versionOfRun(registry, run));
  const state = registry.versions[String(version)]?.state;
  const artifactUri = artifacts.uri(artifactKeys.model(run));
  const facts = {
    run,
    commit: offered.commit ?? '',
    dataDigest: offered.data.digest,
    from: `${from} ${offer.version}`,
  };
  const externalId = await ports.catalogue.publish({
    model,
    version,
    artifactUri,
    artifactDigest,
    image: offered.serverImage ?? '',
    metricsUri: artifacts.uri(artifactKeys.metrics(run)),
    facts,
  });
  const record: VersionRecord = {
    ...offered,
    version,
    run,
    registeredAt: new Date(clock.now() * 1000).toISOString(),
    cause: by,
    artifactUri,
    externalId,
  };
  // A later call finds what the first has written: a version is registered once.
  const known = await artifacts.get(artifactKeys.version(version));
  if (known === undefined) await writeJson(artifacts, artifactKeys.version(version), record);
  if (state === 'approved') {
    if (known === undefined) await ports.catalogue.label(externalId, { approved: true, aliases: [] });
    const release = `v${version}-${run}`;
    const started = await ports.workflows.start('release', release, { version, requestedBy: by });
    return answer({ version, state, release, started });
  }
  if (state === 'passedGate' && known === undefined) {
    await ports.notifier.notify({
      severity: 'ticket',
      kind: 'approvalNeeded',
      subject: `${model}: version ${version}, ${offer.version} of ${from}, waits for approval`,
      text: offered.gate.explanation,
      runbook: null,
    });
  }
  return answer({ version, state: state ?? '', release: null, started: false });
};

/** The model, its reference profile and its evidence; frozen data stay where they are. */
async function copyModel(origin: ArtifactStore, artifacts: ArtifactStore, run: string, own: string): Promise<void> {
  const evidence = [artifactKeys.modelArchive, artifactKeys.profile, artifactKeys.metrics, artifactKeys.gate].map(
    (key) => key(run),
  );
  // Only what is there is asked for: of what is not, another account is told no more than that it may not.
  for (const key of await origin.list(`runs/${run}/`)) {
    if (!evidence.includes(key) && !key.startsWith(artifactKeys.model(run))) continue;
    await artifacts.copyFrom(origin.uri(key), key.replace(`runs/${run}/`, `runs/${own}/`));
  }
}

async function refuse(
  ports: Pick<Ports, 'ledger' | 'model' | 'notifier' | 'clock'>,
  run: string,
  from: string,
  offered: VersionRecord,
  [expected, got]: readonly [string, string],
): Promise<never> {
  await appendToLedger(ports.ledger, {
    at: new Date(ports.clock.now() * 1000).toISOString(),
    actor: `promotion:${from}`,
    action: 'import',
    model: ports.model,
    version: null,
    commit: offered.commit,
    dataDigest: offered.data.digest,
    verdict: 'refused',
    details: {
      event: `import:${run}`,
      from,
      offered: offered.version,
      recorded: offered.artifactDigest,
      expected,
      got,
    },
  });
  await ports.notifier.notify({
    severity: 'ticket',
    kind: 'approvalNeeded',
    subject: `${ports.model}: version ${offered.version} of ${from} was not taken`,
    text: `its artifact has the digest ${got}, and was promoted with ${expected}`,
    runbook: null,
  });
  throw new OperationError({
    code: 'artifactChanged',
    path: offered.artifactUri,
    got,
    expected: `${expected}, with which ${from} has promoted it`,
    fix: 'find out who changed the artifact; nothing was registered',
  });
}

const noOrigin = (from: string): OperationError =>
  new OperationError({
    code: 'noOrigin',
    path: 'importVersion',
    got: 'no artifacts of another environment',
    expected: `the artifacts of ${from}`,
    fix: 'deploy the environment with the one before it in `environments`',
  });
