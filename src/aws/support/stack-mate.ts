import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * Where a thing stands that two stacks need of each other: what a rule calls has to name the rule, so that it stands in the stack of what
 * it calls.
 */
export function stackMate(scope: Construct, called: Construct): Construct {
  const home = Stack.of(called);
  if (home === Stack.of(scope)) return scope;
  const { id } = scope.node;
  return (home.node.tryFindChild(id) as Construct | undefined) ?? new Construct(home, id);
}
