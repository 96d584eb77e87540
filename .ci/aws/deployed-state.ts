// Compares what is deployed with the template: all of its resources, and of those that run, what their services say.
import { deepStrictEqual } from 'node:assert';
import { ACCOUNT, REGION } from './platforms';
import { recordedIds } from './recorded';
import { SERVICES } from './services';
import { resourcesOf, type StackResource, stacks } from './stacks';
import { plainNames, type Resources, resolved } from './template';

export interface DeployedState {
  readonly resources: readonly StackResource[];
  /** What the services say, by logical id: of the resources that are not only recorded. */
  readonly said: ReadonlyMap<string, unknown>;
}

/** The state of a stack; an error when it is not what the template says. */
export async function expectDeployed(stack: string, template: Resources, status: string): Promise<DeployedState> {
  const found = (await stacks()).find(({ StackName }) => StackName === stack);
  deepStrictEqual({ stack, status: found?.StackStatus }, { stack, status });
  const resources = await resourcesOf(stack);
  deepStrictEqual(resources.map(({ logicalId }) => logicalId).sort(), Object.keys(template).sort(), stack);
  const recorded = await recordedIds();
  const said = new Map<string, unknown>();
  for (const { logicalId, type, physicalId } of resources) {
    const ask = SERVICES[type];
    if (ask === undefined || recorded.has(physicalId)) continue;
    const properties = resolved(template[logicalId]?.Properties ?? {}, resources, PSEUDO);
    const [actual, expected] = await ask({ name: physicalId, property: (path) => at(properties, path) });
    deepStrictEqual(comparable(actual), comparable(expected), `${stack}: ${type} ${physicalId}`);
    said.set(logicalId, comparable(actual));
  }
  return { resources, said };
}

const PSEUDO = {
  'AWS::Partition': 'aws',
  'AWS::Region': REGION,
  'AWS::AccountId': ACCOUNT,
  'AWS::URLSuffix': 'amazonaws.com',
};

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce((one, key) => (one as Record<string, unknown> | undefined)?.[key], value);

/** By value, ARNs by name, keys in one order, without what is not there. */
const comparable = (value: unknown): unknown => JSON.parse(plainNames(JSON.stringify(value, sorted)));

const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
