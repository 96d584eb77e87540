import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import type { Construct } from 'constructs';
import { DefinitionError } from '../../kernel/problem';
import { TerraformStack } from './cdktf';

/** Where a stack deploys to: texts, or values that only Terraform knows. */
export interface GoogleLocation {
  readonly project: string;
  readonly region: string;
}

const LOCATIONS = new WeakMap<TerraformStack, GoogleLocation>();

/**
 * Project and region of the stack's Google provider.
 * @throws DefinitionError when the stack has no provider, or one that names no project or region
 */
export function locationOf(scope: Construct): GoogleLocation {
  const stack = TerraformStack.of(scope);
  const known = LOCATIONS.get(stack);
  if (known) return known;
  const provider = providerOf(stack);
  const project = provider?.project;
  const region = provider?.region;
  if (project === undefined || region === undefined) {
    throw new DefinitionError(`${scope.node.path}: the stack names no project and region`, [
      {
        code: 'noProvider',
        path: stack.node.path,
        got: provider ? 'a GoogleProvider without project or region' : 'a stack without a GoogleProvider',
        expected: "new GoogleProvider(stack, 'google', { project, region }) before the first construct",
        fix: 'add the provider to the stack, or name environments[].google in the definition and use MlPlatform',
      },
    ]);
  }
  const location = { project, region };
  LOCATIONS.set(stack, location);
  return location;
}

/** The Google provider of a stack, if it has one. */
export const providerOf = (stack: TerraformStack): GoogleProvider | undefined =>
  stack.node.findAll().find((node): node is GoogleProvider => node instanceof GoogleProvider);
