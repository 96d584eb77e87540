import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ModelRegistry } from '../../../src/aws';

const root = join(__dirname, '..', '..', '..');
const roles = ['pipeline', 'release', 'monitor', 'retraining'];
// Handlers are bundled when the package is built; a checkout that was never built does it once, here.
if (!roles.every((role) => existsSync(join(root, 'assets', 'aws', role, 'index.js')))) {
  execFileSync(process.execPath, [join(root, '.ci', 'bundle.mjs'), '--assets'], { stdio: 'inherit' });
}

export const newStack = (name = 'Shop'): Stack =>
  new Stack(
    // Templates alone are looked at: the bundles need not be copied.
    new App({ analyticsReporting: false, context: { 'aws:cdk:disable-asset-staging': true } }),
    name,
  );
export const templateOf = (stack: Stack): Template => Template.fromStack(stack);

/** A registry of a model, for constructs that need one. */
export const registryIn = (stack: Stack): ModelRegistry => new ModelRegistry(stack, 'Registry', { model: 'churn' });

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

export const resourcesOf = (template: Template): Record<string, Resource> =>
  (template.toJSON() as { Resources?: Record<string, Resource> }).Resources ?? {};

/** Types of resources with their number, sorted: `AWS::S3::Bucket 2`. */
export function resourceCounts(template: Template): string[] {
  const counts = new Map<string, number>();
  for (const { Type } of Object.values(resourcesOf(template))) counts.set(Type, (counts.get(Type) ?? 0) + 1);
  return [...counts].map(([type, count]) => `${type} ${count}`).sort();
}

/** A value of a template as text: what is known at deployment only is replaced by a name in its place. */
export function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const [[name, inner] = ['', undefined]] = Object.entries(value);
  if (name === 'Fn::Join') return (inner as [string, unknown[]])[1].map(asText).join((inner as [string, unknown[]])[0]);
  if (name === 'Ref') return inner === 'AWS::Partition' ? 'aws' : String(inner).toLowerCase();
  if (name === 'Fn::GetAtt') return `arn:aws:lambda:eu-central-1:111111111111:function:${(inner as string[])[0]}`;
  if (name === 'Fn::Select' || name === 'Fn::Split') return name;
  return JSON.stringify(value);
}

/** Definitions of the template's state machines by name. */
export function definitionsOf(template: Template): Record<string, { States: Record<string, Record<string, unknown>> }> {
  return Object.fromEntries(
    Object.values(template.findResources('AWS::StepFunctions::StateMachine')).map((resource) => {
      const properties = (resource as Resource).Properties ?? {};
      return [asText(properties['StateMachineName']), JSON.parse(asText(properties['DefinitionString']))];
    }),
  );
}
