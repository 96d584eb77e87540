import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthAws } from '../../../src/aws';
import type { Machine } from '../../aws/execution/run-machine';

export type Properties = Readonly<Record<string, unknown>>;

interface Resource {
  readonly Type: string;
  readonly Properties?: Properties;
}

const REGION = 'eu-central-1';
const ACCOUNT = '111111111111';
const PSEUDO: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::URLSuffix': 'amazonaws.com',
};
/** Service and name in the ARN of what others refer to by it. */
const ARNS: Readonly<Record<string, readonly [string, string]>> = {
  'AWS::Lambda::Function': ['lambda', 'function:'],
  'AWS::StepFunctions::StateMachine': ['states', 'stateMachine:'],
  'AWS::CloudWatch::Alarm': ['cloudwatch', 'alarm:'],
  'AWS::CloudWatch::CompositeAlarm': ['cloudwatch', 'alarm:'],
};

/** The names that resources get when they are deployed. */
const NAMED: Readonly<Record<string, string>> = {
  'AWS::StepFunctions::StateMachine': 'StateMachineName',
  'AWS::CloudWatch::Alarm': 'AlarmName',
  'AWS::CloudWatch::CompositeAlarm': 'AlarmName',
};

/** A handler: the very bundle that Lambda gets, and its environment. */
export interface HandlerFunction {
  readonly role: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The template of an environment, with references resolved as they are once it is deployed. */
export class DeployedTemplate {
  private constructor(private readonly resources: Record<string, Resource>) {}

  static async of(definition: unknown, environment: string): Promise<DeployedTemplate> {
    const outDir = mkdtempSync(join(tmpdir(), 'mlp-concept-aws-'));
    try {
      const { stacks } = await synthAws(definition, { outDir, environment });
      const template = JSON.parse(readFileSync(join(outDir, `${stacks[0]}.template.json`), 'utf8'));
      return new DeployedTemplate(template.Resources);
    } finally {
      rmSync(outDir, { recursive: true, force: true });
    }
  }

  /** Other properties for the resource of a name: what a test takes away. */
  alter(type: string, name: string, properties: Properties): void {
    const [id, resource] = Object.entries(this.resources).find(
      ([, { Type, Properties }]) => Type === type && Properties?.[NAMED[type] ?? ''] === name,
    )!;
    this.resources[id] = { ...resource, Properties: { ...resource.Properties, ...properties } };
  }

  /** Properties of all resources of a type, by logical id, in the order of the template. */
  all(type: string): [string, Properties][] {
    return Object.entries(this.resources)
      .filter(([, { Type }]) => Type === type)
      .map(([id, { Properties = {} }]) => [id, this.resolved(Properties) as Properties]);
  }

  /** State machines by ARN. */
  machines(): Map<string, Machine> {
    return new Map(
      this.all('AWS::StepFunctions::StateMachine').map(([id, { DefinitionString }]) => [
        this.arn(id),
        JSON.parse(String(DefinitionString)) as Machine,
      ]),
    );
  }

  /** Handlers by ARN; a bundle is known by the role that its logical id names. */
  functions(): Map<string, HandlerFunction> {
    const roles = {
      PipelineHandler: 'pipeline',
      EndpointHandler: 'release',
      DriftHandler: 'monitor',
      RetrainingHandler: 'retraining',
    };
    return new Map(
      this.all('AWS::Lambda::Function').map(([id, { Environment }]) => {
        const [, role] = Object.entries(roles).find(([part]) => id.includes(part))!;
        const { Variables } = Environment as { readonly Variables: Record<string, string> };
        return [this.arn(id), { role, environment: { ...Variables, AWS_REGION: REGION } }];
      }),
    );
  }

  arn(id: string): string {
    const { Type, Properties = {} } = this.resources[id]!;
    const [service, kind] = ARNS[Type] ?? [Type.split('::')[1]!.toLowerCase(), ''];
    const name = NAMED[Type] === undefined ? id : String(Properties[NAMED[Type]] ?? id);
    return `arn:aws:${service}:${REGION}:${ACCOUNT}:${kind}${name}`;
  }

  private resolved(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.resolved(one));
    if (typeof value !== 'object' || value === null) return value;
    const [[key, argument] = ['', undefined]] = Object.entries(value);
    if (key === 'Ref') return this.reference(String(argument));
    if (key === 'Fn::GetAtt') return this.attribute(argument as [string, string]);
    if (key === 'Fn::Join') {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map((one) => this.resolved(one)).join(separator);
    }
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.resolved(one)]));
  }

  private reference(id: string): string {
    if (PSEUDO[id] !== undefined) return PSEUDO[id];
    const type = this.resources[id]?.Type;
    // Topics and state machines are referred to by ARN, the others by name.
    if (type === 'AWS::StepFunctions::StateMachine' || type === 'AWS::SNS::Topic') return this.arn(id);
    return id.toLowerCase();
  }

  private attribute([id, name]: [string, string]): string {
    return name === 'Arn' ? this.arn(id) : `${id}.${name}`.toLowerCase();
  }
}
