import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { MlPlatform } from '../../../src/aws';
import { awsEnvSchema } from '../../../src/contract/aws';
import type { TaskEvent } from '../../../src/contract/events';
import { verifyChain } from '../../../src/runtime/core/ledger';
import { awsPorts } from '../../../src/runtime/entrypoints/aws/ports';
import { artifactKeys, readRegistry, readVersion } from '../../../src/runtime/usecases';
import { writeJson } from '../../../src/runtime/usecases/json-artifact';
import { definitions } from '../support/definition';
import { asText, type Resource } from '../support/stacks';
import { controllerOf, ReleaseWorld } from './release-world';

const STAGING = '111111111111';

/** The later environment: its pipeline's variables, and the rule that takes versions. */
function production(approval: 'automatic' | 'manual') {
  const [staging, last] = definitions.scale.environments!;
  const app = new App({ analyticsReporting: false, context: { 'aws:cdk:disable-asset-staging': true } });
  const stack = new Stack(app, 'acme-production', { env: { account: '222222222222', region: 'eu-central-1' } });
  const definition = { ...definitions.scale, environments: [staging!, { ...last!, approval }] };
  new MlPlatform(stack, 'Platform', { definition, environment: 'production' });
  const template = Template.fromStack(stack);
  const [rule] = Object.values(
    template.findResources('AWS::Events::Rule', {
      Properties: { Description: 'Versions of churn that staging has promoted' },
    }),
  ) as Resource[];
  const [, handler] = (Object.entries(template.findResources('AWS::Lambda::Function')) as [string, Resource][]).find(
    ([id]) => id.startsWith('PlatformChurnPipeline'),
  )!;
  const { Variables } = handler.Properties!['Environment'] as { Variables: Record<string, unknown> };
  const { InputPathsMap, InputTemplate } = (
    rule!.Properties!['Targets'] as {
      InputTransformer: { InputPathsMap: Record<string, string>; InputTemplate: string };
    }[]
  )[0]!.InputTransformer;
  return {
    variables: Object.fromEntries(Object.entries(Variables).map(([name, value]) => [name, asText(value)])),
    /** What the rule makes of an event. */
    inputOf: (event: object): unknown =>
      JSON.parse(
        Object.entries(InputPathsMap).reduce((text, [name, path]) => {
          const value = path
            .slice(2)
            .split('.')
            .reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], event);
          return text.replaceAll(`<${name}>`, JSON.stringify(value));
        }, InputTemplate),
      ),
  };
}

const controller = controllerOf({ strategy: 'allAtOnce' });
const automatic = production('automatic');
const manual = production('manual');

describe('a version that staging has promoted', () => {
  let world: ReleaseWorld;
  let bundle: (input: unknown) => Promise<Record<string, unknown>>;

  beforeEach(async () => {
    world = await ReleaseWorld.withChampion(controller);
    world.account.started.length = 0;
    world.account.running.clear();
    bundle = require(join(__dirname, '..', '..', '..', 'assets', 'aws', 'pipeline', 'index.js')).handler;
  });
  afterEach(() => world.close());

  const offer = (account = STAGING) => {
    const [event] = world.account.events;
    expect(event).toMatchObject({ source: 'ml-platform-constructs', type: 'Model Version Promoted' });
    return { id: 'event-1', account, detail: { ...event!.detail, model: 'churn' } };
  };
  /** Goes on as the pipeline of production. */
  const enter = ({ variables }: typeof automatic) => {
    Object.assign(process.env, variables, {
      MLP_ARTIFACTS: 'production-artifacts',
      MLP_LEDGER: 'production-ledger',
      MLP_STATE: 'production-state',
      MLP_SERVER_IMAGE: '111111111111.dkr.ecr.eu-central-1.amazonaws.com/churn@sha256:00',
    });
    return awsPorts(awsEnvSchema.parse(process.env), { arguments: {} } as TaskEvent);
  };
  const take = (where: typeof automatic, event: object) => world.time.until(bundle(where.inputOf(event)));
  const stateOf = async (ports: ReturnType<typeof awsPorts>) => {
    const { versions } = await readRegistry(ports);
    return {
      versions: Object.fromEntries(Object.entries(versions).map(([version, { state }]) => [version, state])),
      releases: world.account.started.map(({ input }) => input),
      chainHolds: verifyChain(await ports.ledger.read(1)).ok,
    };
  };

  it('is the same artifact in production, by digest, and is released there; once, however often it is told', async () => {
    const before = { ...(await readVersion(world.ports.artifacts, '1')), serverImage: 'server@sha256:gate' };
    await writeJson(world.ports.artifacts, artifactKeys.version(1), before);
    const ports = enter(automatic);
    await take(automatic, offer());
    await take(automatic, offer());
    expect(await stateOf(ports)).toEqual({
      versions: { 1: 'approved' },
      releases: [{ version: 1, requestedBy: 'promotion:staging' }],
      chainHolds: true,
    });
    const record = await readVersion(ports.artifacts, '1');
    expect(record).toMatchObject({
      artifactDigest: before.artifactDigest,
      cause: 'promotion:staging',
      run: 'staging-v1',
      serverImage: before.serverImage,
    });
    expect(record.artifactUri).toContain('production-artifacts');
    const packages = [...world.account.endpoints.packages.values()].filter(
      ({ properties }) => properties['from'] === 'staging 1',
    );
    expect(packages).toMatchObject([{ status: 'Approved', image: before.serverImage }]);
  });

  it('waits for a person where the environment asks for one, who is told', async () => {
    const ports = enter(manual);
    await take(manual, offer());
    await take(manual, offer());
    expect(await stateOf(ports)).toEqual({ versions: { 1: 'passedGate' }, releases: [], chainHolds: true });
    expect(world.account.published.filter(({ kind }) => kind === 'approvalNeeded')).toHaveLength(1);
  });

  it('is refused when its artifact is not the one that was promoted: nothing is registered', async () => {
    const bucket = String(offer().detail['artifacts' as never]);
    world.account.objects.put(bucket, 'runs/run-1/model/weights.json', '{"v":"evil"}');
    const ports = enter(automatic);
    await expect(take(automatic, offer())).rejects.toThrow('artifactChanged');
    expect(await stateOf(ports)).toEqual({ versions: {}, releases: [], chainHolds: true });
    expect(await ports.ledger.head()).toMatchObject({ action: 'import', verdict: 'refused' });
  });

  it('of another account is none of ours', async () => {
    const ports = enter(automatic);
    expect(await take(automatic, offer('333333333333'))).toEqual({ imported: false });
    expect(await stateOf(ports)).toEqual({ versions: {}, releases: [], chainHolds: true });
  });
});
