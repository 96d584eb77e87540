// The life of platforms on AWS, from an empty account on: deploy.ts WORK [--write]. Ends with an error on the first thing that
// is not so.
import { deepStrictEqual, match, ok } from 'node:assert';
import { isDeepStrictEqual } from 'node:util';
import { expectIncidentAndDecision } from './alarm-event';
import { bootstrap, deploy, destroy, destroyIsRefused } from './cdk-cli';
import { type DeployedState, expectDeployed } from './deployed-state';
import { expectRecordedFailure } from './pipeline-run';
import { ACCOUNT, DEPLOYMENTS, type Deployment, REGION, synthesise } from './platforms';
import { keepPage, recordedPage } from './recorded';
import { expectReleases } from './release-run';
import { stillThere } from './services';
import { eventsOf, type StackResource, stackId, unprotect } from './stacks';
import { countedTypes, differences, type Resources, templatesOf } from './template';

/** A stack in the course of its life. */
interface Life {
  readonly of: Deployment;
  readonly stack: string;
  readonly id: string;
  readonly template: Resources;
  readonly changed: Resources;
  readonly state: DeployedState;
}

interface Assemblies {
  readonly of: Deployment;
  readonly first: string;
  readonly second: string;
}

const RUNS_IN = 'bike-share-staging';

/** What is stored, of the types that the services list. */
const STATEFUL = ['AWS::S3::Bucket', 'AWS::DynamoDB::Table', 'AWS::SageMaker::ModelPackageGroup'];

const started = Date.now();
const say = (text: string): void => console.log(`${((Date.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}`);

async function main(work: string, write: boolean): Promise<void> {
  const [assemblies] = await Promise.all([synthesiseAll(work), bootstrap(work, ACCOUNT, REGION)]);
  say('bootstrapped');
  await Promise.all(assemblies.map(({ first }) => deploy(first)));
  const lives = (await Promise.all(assemblies.map(deployed))).flat();
  keepPage(await recordedPage(lives.flatMap(({ state }) => state.resources)), write);
  await again(assemblies, lives);
  await update(assemblies, lives);
  await run(lives.find(({ stack }) => stack === RUNS_IN)!);
  await end(assemblies, lives);
}

/** One process after the other: each needs a core. */
async function synthesiseAll(work: string): Promise<Assemblies[]> {
  const assemblies: Assemblies[] = [];
  for (const of of DEPLOYMENTS) {
    const [first, second] = await Promise.all([
      synthesise(work, of.name, of, of.place),
      synthesise(work, `${of.name}-changed`, of, { ...of.place, ...of.change }),
    ]);
    assemblies.push({ of, first, second });
  }
  return assemblies;
}

async function deployed({ of, first, second }: Assemblies): Promise<Life[]> {
  const changed = templatesOf(second);
  return Promise.all(
    [...templatesOf(first)].map(async ([stack, template]) => {
      const state = await expectDeployed(stack, template, 'CREATE_COMPLETE');
      say(
        `deployed ${stack}: ${state.resources.length} resources, of ${state.said.size} the services say what the template does`,
      );
      return { of, stack, id: await stackId(stack), template, changed: changed.get(stack)!, state };
    }),
  );
}

/** The same once more changes nothing. */
async function again(assemblies: readonly Assemblies[], lives: readonly Life[]): Promise<void> {
  const before = await Promise.all(lives.map(({ id }) => eventsOf(id)));
  const outputs = await Promise.all(assemblies.map(({ first }) => deploy(first)));
  deepStrictEqual(await Promise.all(lives.map(({ id }) => eventsOf(id))), before);
  for (const { stack } of lives) match(outputs.join('\n'), new RegExp(`${stack} \\(no changes\\)`));
  say('deployed again: no changes, and no event of any stack');
}

/** A change changes what it should, by what the services say, and nothing is made anew. */
async function update(assemblies: readonly Assemblies[], lives: readonly Life[]): Promise<void> {
  await Promise.all(assemblies.map(({ second }) => deploy(second)));
  for (const { of, stack, template, changed, state } of lives) {
    const after = await expectDeployed(stack, changed, 'UPDATE_COMPLETE');
    const known = new Set(state.resources.map(({ logicalId }) => logicalId));
    const [kept, added] = [true, false].map((isKnown) =>
      after.resources.filter(({ logicalId }) => known.has(logicalId) === isKnown),
    ) as [StackResource[], StackResource[]];
    deepStrictEqual(kept, state.resources, `physical ids of ${stack}`);
    deepStrictEqual(countedTypes(added), of.adds ?? [], `what is new in ${stack}`);
    const differs = state.resources.filter(
      ({ logicalId }) => !isDeepStrictEqual(after.said.get(logicalId), state.said.get(logicalId)),
    );
    deepStrictEqual(countedTypes(differs), of.changes, stack);
    const asked = differences(template, changed);
    ok(
      differs.every(({ logicalId }) => asked.includes(logicalId)),
      stack,
    );
    say(`updated ${stack}: ${countedTypes(differs).join(', ')}; every physical id as before`);
  }
}

/** The deployed functions run: called by the state machine, and by the rules. */
async function run({ stack, state: { resources } }: Life): Promise<void> {
  const attempts = await expectRecordedFailure(resources);
  say(`a run of the pipeline in ${stack}: no data, so refused after ${attempts} attempts, and in the ledger`);
  const records = await expectIncidentAndDecision(resources);
  say(`a page alarm in ${stack}: ${records.map(({ action }) => action).join(' and ')} in the ledger`);
  for (const states of await expectReleases(resources)) say(`a release in ${stack}: ${states.join(', ')}`);
}

/** A protected platform is not destroyed by the command; once a person has lifted that, what is stored stays. */
async function end(assemblies: readonly Assemblies[], lives: readonly Life[]): Promise<void> {
  for (const { of, second } of assemblies) {
    const own = lives.filter((life) => life.of === of);
    if (of.change['security.deletionProtection'] !== false) {
      match(await destroyIsRefused(second), /TerminationProtection|termination protection/i);
      for (const { stack, changed } of own) {
        await expectDeployed(stack, changed, 'UPDATE_COMPLETE');
        await unprotect(stack);
      }
    }
    await destroy(second);
    for (const life of own) await ended(life);
  }
}

/** Nothing is left of a stack but what is to be kept: by CloudFormation's events, and by the services' own lists. */
async function ended({ of, stack, id, state: { resources } }: Life): Promise<void> {
  const events = [...(await eventsOf(id)).values()];
  const by = (status: string): StackResource[] =>
    resources.filter(({ logicalId }) =>
      events.some((event) => event.logicalId === logicalId && event.status === status),
    );
  const kept = by('DELETE_SKIPPED');
  deepStrictEqual(countedTypes(kept), of.keeps[stack], `what ${stack} leaves`);
  deepStrictEqual(by('DELETE_COMPLETE').length, resources.length - kept.length, `what went with ${stack}`);
  const there = await stillThere();
  const left = resources.filter(({ physicalId }) => there.has(physicalId));
  const listed = kept.filter(({ type }) => STATEFUL.includes(type));
  deepStrictEqual(left, listed, `what the services still have of ${stack}`);
  say(`destroyed ${stack}: ${kept.length === 0 ? 'nothing is left' : `left are ${countedTypes(kept).join(', ')}`}`);
}

const [work = '', ...flags] = process.argv.slice(2);
main(work, flags.includes('--write')).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
