import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve, sep } from 'node:path';
import { CloudRunV2ServiceIamMember } from '@cdktf/provider-google/lib/cloud-run-v2-service-iam-member';
import { Cloudfunctions2Function } from '@cdktf/provider-google/lib/cloudfunctions2-function';
import { ProjectIamMember } from '@cdktf/provider-google/lib/project-iam-member';
import { ServiceAccount } from '@cdktf/provider-google/lib/service-account';
import { StorageBucket } from '@cdktf/provider-google/lib/storage-bucket';
import { StorageBucketIamMember } from '@cdktf/provider-google/lib/storage-bucket-iam-member';
import { StorageBucketObject } from '@cdktf/provider-google/lib/storage-bucket-object';
import { Construct } from 'constructs';
import type { GoogleEnv } from '../../contract/google';
import { pascalCase } from '../../kernel/names';
import { DefinitionError } from '../../kernel/problem';
import type { Role } from '../../plan/plan';
import type { INotifications } from '../ml-platform/notifications';
import { AssetType, TerraformAsset, TerraformStack } from './cdktf';
import { locationOf } from './location';
import { bucketName, physicalName, shortHash } from './names';
import { modelLabels, platformContextOf } from './platform-context';
import type { RoleIdentity } from './role-identity';
import { alarmOnUnhandled } from './unhandled-alarm';
import { zip } from './zip';

/** Node that handlers run on. */
const RUNTIME = 'nodejs22';
/** Function that the bundles export. */
const ENTRY_POINT = 'handler';
/** Context key with a folder of bundles; for tests and for bundles of one's own. */
export const HANDLERS_CONTEXT = 'ml-platform-constructs:google-handlers';
/** Longest time that an HTTP function may take. */
const MAX_TIMEOUT_SECONDS = 3600;

export interface HandlerProps {
  readonly role: Role;
  /** What the handler is for: a model's name, or the platform's. */
  readonly of: string;
  readonly identity: RoleIdentity;
  readonly environment: Readonly<Record<string, string>>;
  /** Longest call, in seconds; at most an hour. */
  readonly timeoutSeconds: number;
  /** Members that may call it besides its own role. */
  readonly invokers?: readonly { readonly id: string; readonly member: string }[];
  /** Key that the stack's source bundles are encrypted with; null for Google's keys. The function itself has Google's. */
  readonly kmsKeyName: string | null;
  /** Who is told when it fails, also when it is called again. */
  readonly notifications?: INotifications | undefined;
}

/**
 * The one factory of handlers: a function of the second generation (a Cloud Run service) made of a bundle of this package.
 * Only calls from inside the project reach it, and only with an identity token of a named service account.
 */
export class Handler extends Construct {
  readonly function: Cloudfunctions2Function;
  readonly functionName: string;
  /** Address that workflows, schedules and subscriptions call; also the token's audience. */
  readonly url: string;
  /** Whose calls it takes, and who is told of those that it cannot handle. */
  readonly told: {
    readonly model: string;
    readonly part: Role;
    readonly notifications?: INotifications;
    readonly kmsKeyName: string | null;
  };

  constructor(scope: Construct, id: string, props: HandlerProps) {
    super(scope, id);
    const { project, region } = locationOf(this);
    const context = platformContextOf(this);
    const source = handlerSource(this, props.role, props.kmsKeyName);
    this.functionName = physicalName(this, 'function', props.of, props.role);
    this.function = new Cloudfunctions2Function(this, 'Function', {
      project,
      location: region,
      name: this.functionName,
      description: `${props.of}: ${props.role}`,
      labels: modelLabels(context, props.of),
      buildConfig: {
        runtime: RUNTIME,
        entryPoint: ENTRY_POINT,
        serviceAccount: source.builder.account.id,
        source: { storageSource: { bucket: source.bucket, object: source.object } },
      },
      serviceConfig: {
        serviceAccountEmail: props.identity.email,
        environmentVariables: {
          MLP_PLATFORM: context.platform,
          MLP_MODEL: props.of,
          MLP_PROJECT: project,
          MLP_REGION: region,
          ...props.environment,
        },
        ingressSettings: 'ALLOW_INTERNAL_ONLY',
        allTrafficOnLatestRevision: true,
        availableMemory: '1Gi',
        minInstanceCount: 0,
        maxInstanceCount: 10,
        timeoutSeconds: Math.min(MAX_TIMEOUT_SECONDS, Math.max(60, Math.ceil(props.timeoutSeconds))),
        ...(context.network && {
          vpcConnector: context.network.connectorName,
          vpcConnectorEgressSettings: 'ALL_TRAFFIC',
        }),
      },
      dependsOn: [...source.builder.grants],
    });
    this.node.defaultChild = this.function;
    this.told = {
      model: props.of,
      part: props.role,
      kmsKeyName: props.kmsKeyName,
      ...(props.notifications && { notifications: props.notifications }),
    };
    alarmOnUnhandled(this, { ...this.told, service: this.functionName });
    this.url = this.function.serviceConfig.uri;
    // A role's workflow, schedules and subscriptions call its handler as the role itself.
    const invokers = [{ id: 'Self', member: props.identity.member }, ...(props.invokers ?? [])];
    for (const invoker of invokers) {
      new CloudRunV2ServiceIamMember(this, `Invoker${invoker.id}`, {
        project,
        location: region,
        name: this.function.name,
        role: 'roles/run.invoker',
        member: invoker.member,
      });
    }
  }

  /** Sets a variable that is known only after the handler was made. */
  addEnvironment(name: keyof GoogleEnv, value: string): void {
    const { serviceConfig } = this.function;
    serviceConfig.environmentVariables = { ...serviceConfig.environmentVariablesInput, [name]: value };
  }
}

/** Who builds functions, and what has to be granted before. */
interface Builder {
  readonly account: ServiceAccount;
  readonly grants: readonly (ProjectIamMember | StorageBucketIamMember)[];
}

/** Source bundles, one bucket a stack and one object a role. */
function handlerSource(
  scope: Construct,
  role: Role,
  kmsKeyName: string | null,
): { bucket: string; object: string; builder: Builder } {
  const stack = TerraformStack.of(scope);
  const { project, region } = locationOf(scope);
  const home = (stack.node.tryFindChild('MlpHandlers') as Construct | undefined) ?? new Construct(stack, 'MlpHandlers');
  const bucket =
    (home.node.tryFindChild('Source') as StorageBucket | undefined) ??
    new StorageBucket(home, 'Source', {
      project,
      name: bucketName(home, project, 'handlers'),
      location: region,
      uniformBucketLevelAccess: true,
      publicAccessPrevention: 'enforced',
      versioning: { enabled: true },
      // Bundles are made again.
      forceDestroy: true,
      labels: { ...platformContextOf(scope).labels },
      ...(kmsKeyName !== null && { encryption: { defaultKmsKeyName: kmsKeyName } }),
    });
  const id = `${pascalCase(role)}Bundle`;
  const known = home.node.tryFindChild(id) as StorageBucketObject | undefined;
  const object = known ?? bundle(home, id, role, bucket);
  return { bucket: bucket.name, object: object.name, builder: builderOf(home, bucket, project) };
}

/**
 * The account that builds the functions of a stack. Left out it is Google's default one, which in new organisations may do nothing.
 * The repository of images and the bucket that bundles are copied to are made by Google with the first function, so that nothing
 * narrower than the project is there to grant on; a condition keeps it to those buckets.
 */
function builderOf(home: Construct, bucket: StorageBucket, project: string): Builder {
  const known = BUILDERS.get(home);
  if (known) return known;
  const account = new ServiceAccount(home, 'Builder', {
    project,
    accountId: physicalName(home, 'serviceAccount', 'builder', 'handlers'),
    displayName: 'handlers: builder',
  });
  const member = `serviceAccount:${account.email}`;
  const read = 'roles/storage.objectViewer';
  const builder: Builder = {
    account,
    grants: [
      new ProjectIamMember(home, 'BuilderLogs', { project, member, role: 'roles/logging.logWriter' }),
      new ProjectIamMember(home, 'BuilderImages', { project, member, role: 'roles/artifactregistry.writer' }),
      new ProjectIamMember(home, 'BuilderCopies', {
        project,
        member,
        role: read,
        condition: {
          title: 'sources-of-functions',
          expression: 'resource.name.startsWith("projects/_/buckets/gcf-v2-sources-")',
        },
      }),
      new StorageBucketIamMember(home, 'BuilderSource', { bucket: bucket.name, member, role: read }),
    ],
  };
  BUILDERS.set(home, builder);
  return builder;
}

const BUILDERS = new WeakMap<Construct, Builder>();

function bundle(home: Construct, id: string, role: Role, bucket: StorageBucket): StorageBucketObject {
  const archive = zip(bundleFiles(home, role));
  const digest = shortHash(archive.toString('latin1'), 16);
  const folder = join(tmpdir(), 'ml-platform-constructs', digest);
  const file = join(folder, 'handler.zip');
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true });
    // Written beside and moved, so that two syntheses at a time never see half a file.
    const partial = `${file}.${process.pid}`;
    writeFileSync(partial, archive);
    renameSync(partial, file);
  }
  const asset = new TerraformAsset(home, `${id}File`, { path: file, type: AssetType.FILE, assetHash: digest });
  return new StorageBucketObject(home, id, {
    bucket: bucket.name,
    name: `${role}/${digest}.zip`,
    source: asset.path,
    contentType: 'application/zip',
  });
}

function bundleFiles(scope: Construct, role: Role): Record<string, Uint8Array> {
  const root = (scope.node.tryGetContext(HANDLERS_CONTEXT) as string | undefined) ?? packageFolder();
  const folder = join(root, role);
  if (!existsSync(join(folder, 'index.js'))) {
    throw new DefinitionError(`${scope.node.path}: the handler '${role}' is not bundled`, [
      {
        code: 'handlerNotBundled',
        path: scope.node.path,
        got: `no index.js in ${relative(process.cwd(), folder)}`,
        expected: 'a bundle of each handler, made when the package is built',
        fix: 'run `node .ci/bundle.mjs --assets` (or `npm run compile`) in a checkout of the package',
      },
    ]);
  }
  const files: Record<string, Uint8Array> = {};
  for (const path of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!path.isFile()) continue;
    const file = join(path.parentPath, path.name);
    files[relative(folder, file).split(sep).join('/')] = readFileSync(file);
  }
  files['package.json'] ??= Buffer.from(`${JSON.stringify({ name: role, private: true, main: 'index.js' })}\n`);
  return files;
}

/** `assets/google` of the package, from `src/google/support` and from `lib/google/support`. */
const packageFolder = (): string => resolve(__dirname, '..', '..', '..', 'assets', 'google');
