import { releaseSchema } from '../../../src/definition/release';
import { toJson } from '../../../src/kernel/json';
import { type Ports, USE_CASE_FUNCTIONS } from '../../../src/runtime/usecases';
import type { DeploymentLog } from '../../../src/runtime/usecases/deployment-log';
import { writeJson } from '../../../src/runtime/usecases/json-artifact';
import { artifactKeys, stateKeys } from '../../../src/runtime/usecases/keys';
import { memoryWorld, registered, START } from './world';

/** When the change of a deployment began, of a version that was registered at START. */
async function changeOf(committedAt: string | null | undefined): Promise<number | undefined> {
  const world = memoryWorld();
  const record = await registered(world, 1);
  await writeJson(world.artifacts, artifactKeys.version(1), { ...record, commit: 'abc', committedAt });
  await USE_CASE_FUNCTIONS.verifyArtifact(
    {
      use: 'verifyArtifact',
      step: 'verify',
      run: 'release-1',
      arguments: { model: 'm', release: toJson(releaseSchema.parse({})) },
      state: { version: 1, requestedBy: 'tests' },
    },
    world as unknown as Ports,
  );
  const log = (await world.state.read(stateKeys.dora('tests')))?.value as unknown as DeploymentLog;
  return log.deployments[0]?.changes[0]?.startedAtSeconds;
}

test('the lead time of a version begins with the commit that it is of', async () => {
  expect(await changeOf(new Date((START - 7200) * 1000).toISOString())).toBe(START - 7200);
});

test.each([null, undefined, '', '#{Source.AuthorDate}', new Date((START + 60) * 1000).toISOString()])(
  'a commit of %j, which cannot be, is none: it begins with the version',
  async (committedAt) => {
    expect(await changeOf(committedAt)).toBe(START);
  },
);
