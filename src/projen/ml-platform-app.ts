import { javascript, SampleFile, type SampleFileOptions, typescript } from 'projen';
import { definitionTemplate } from './templates/definition';
import { awsStackTemplate, definitionTestTemplate, googleStackTemplate } from './templates/stacks';

export type MlPlatformTarget = 'aws' | 'google' | 'local';

export interface MlPlatformAppOptions extends Omit<typescript.TypeScriptProjectOptions, 'sampleCode'> {
  /** What the project renders. @default ['aws', 'google', 'local'] */
  readonly targets?: readonly MlPlatformTarget[];
  /** Stage of the first definition. @default foundation */
  readonly stage?: 'foundation' | 'core' | 'scale';
  /** Version of ml-platform-constructs. @default - the latest */
  readonly mlPlatformVersion?: string;
}

/** Peers by target, as the package asks for them. */
const PEERS: Record<MlPlatformTarget, readonly string[]> = {
  aws: ['aws-cdk-lib@^2.276.0', 'constructs@>=10.6.0 <10.8.0'],
  google: ['cdktf@^0.21.0', '@cdktf/provider-google@^16.12.1', 'constructs@>=10.6.0 <10.8.0'],
  local: [],
};

/** A user's repository: one definition, a stack a cloud, tests of both, and tasks for check, audit, synthesis and local runs. */
export class MlPlatformApp extends typescript.TypeScriptProject {
  constructor(options: MlPlatformAppOptions) {
    const { targets = ['aws', 'google', 'local'], stage = 'foundation', mlPlatformVersion, ...rest } = options;
    super({
      packageManager: javascript.NodePackageManager.NPM,
      eslint: false,
      release: false,
      depsUpgrade: false,
      ...rest,
      sampleCode: false,
    });
    this.addDeps(`ml-platform-constructs${mlPlatformVersion === undefined ? '' : `@${mlPlatformVersion}`}`);
    this.addDeps(...new Set(targets.flatMap((target) => PEERS[target])));
    this.addDevDeps('tsx');

    const file = (path: string, contents: string): SampleFile =>
      new SampleFile(this, path, { contents } satisfies SampleFileOptions);
    file('platform.ts', definitionTemplate(this.name, stage));
    file('test/platform.test.ts', definitionTestTemplate());
    if (targets.includes('aws')) {
      file('stacks/aws.ts', awsStackTemplate());
      file('cdk.json', `${JSON.stringify({ app: 'tsx stacks/aws.ts' }, null, 2)}\n`);
    }
    if (targets.includes('google')) {
      file('stacks/google.ts', googleStackTemplate());
      file(
        'cdktf.json',
        `${JSON.stringify({ language: 'typescript', app: 'tsx stacks/google.ts', terraformProviders: [], terraformModules: [] }, null, 2)}\n`,
      );
    }
    for (const command of ['check', 'audit', 'plan'])
      this.addTask(`mlp:${command}`, { exec: `mlp ${command} platform.ts`, receiveArgs: true });
    if (targets.includes('local')) this.addTask('mlp:local', { exec: 'mlp local platform.ts', receiveArgs: true });
    for (const target of targets)
      if (target !== 'local')
        this.addTask(`mlp:synth-${target}`, { exec: `mlp synth platform.ts --target ${target} --out out/${target}` });
    this.gitignore.exclude('/out/', '.mlp/', 'cdk.out/', 'cdktf.out/');
    this.tsconfigDev?.addInclude('platform.ts');
    this.tsconfigDev?.addInclude('stacks/**/*.ts');
  }
}
