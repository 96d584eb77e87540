// What CloudFormation says of the stacks that are deployed.
import {
  CloudFormationClient,
  DescribeStacksCommand,
  paginateDescribeStackEvents,
  paginateListStackResources,
  type Stack,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';

const client = new CloudFormationClient();

export interface StackResource {
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId: string;
}

/** Stacks that are there; deleted ones are not. */
export async function stacks(): Promise<Stack[]> {
  const { Stacks } = await client.send(new DescribeStacksCommand({}));
  return Stacks ?? [];
}

export async function stackId(stack: string): Promise<string> {
  const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: stack }));
  return Stacks![0]!.StackId!;
}

export async function resourcesOf(stack: string): Promise<StackResource[]> {
  const found: StackResource[] = [];
  for await (const { StackResourceSummaries } of paginateListStackResources({ client }, { StackName: stack })) {
    for (const { LogicalResourceId, ResourceType, PhysicalResourceId } of StackResourceSummaries ?? []) {
      found.push({ logicalId: LogicalResourceId!, type: ResourceType!, physicalId: PhysicalResourceId ?? '' });
    }
  }
  return found;
}

/** Ids of all events of a stack: what is not among them happened later. */
export async function eventsOf(
  stack: string,
): Promise<Map<string, { logicalId: string; type: string; status: string }>> {
  const found = new Map<string, { logicalId: string; type: string; status: string }>();
  for await (const { StackEvents } of paginateDescribeStackEvents({ client }, { StackName: stack })) {
    for (const { EventId, LogicalResourceId, ResourceType, ResourceStatus } of StackEvents ?? []) {
      found.set(EventId!, { logicalId: LogicalResourceId!, type: ResourceType!, status: ResourceStatus! });
    }
  }
  return found;
}

/** What a person has to do before a protected stack can be destroyed. */
export async function unprotect(stack: string): Promise<void> {
  await client.send(new UpdateTerminationProtectionCommand({ StackName: stack, EnableTerminationProtection: false }));
}
