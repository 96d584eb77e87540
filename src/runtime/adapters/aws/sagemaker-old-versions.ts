import {
  DeleteEndpointConfigCommand,
  DeleteModelCommand,
  DescribeEndpointConfigCommand,
  paginateListEndpointConfigs,
  paginateListModels,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { versionOfModel } from './endpoint-layout';
import { unlessMissing } from './sagemaker-error';

/** Most that SageMaker lists at once. */
const PAGE = 100;

/**
 * Deletes configurations of an endpoint that are not in force and of which a version is not kept, and the models of such
 * versions. They are listed, not remembered: what a clean-up that failed has left goes with the next one.
 */
export async function forgetVersions(
  client: SageMakerClient,
  endpoint: string,
  isKept: (version: number) => boolean,
  inForce: string | null,
): Promise<void> {
  for (const EndpointConfigName of await configurations(client, endpoint)) {
    if (EndpointConfigName === inForce) continue;
    const { ProductionVariants = [], ShadowProductionVariants = [] } = await client.send(
      new DescribeEndpointConfigCommand({ EndpointConfigName }),
    );
    const versions = [...ProductionVariants, ...ShadowProductionVariants].map(({ ModelName }) =>
      versionOfModel(endpoint, ModelName),
    );
    // The name of another endpoint may begin with this one's.
    const isOurs = versions.every((version) => version !== undefined);
    if (!isOurs || versions.every(isKept)) continue;
    await client.send(new DeleteEndpointConfigCommand({ EndpointConfigName })).catch(unlessMissing);
  }
  for (const ModelName of await models(client, endpoint)) {
    const version = versionOfModel(endpoint, ModelName);
    if (version === undefined || isKept(version)) continue;
    await client.send(new DeleteModelCommand({ ModelName })).catch(unlessMissing);
  }
}

async function configurations(client: SageMakerClient, endpoint: string): Promise<string[]> {
  const names: string[] = [];
  for await (const page of paginateListEndpointConfigs({ client, pageSize: PAGE }, { NameContains: `${endpoint}-` })) {
    names.push(...(page.EndpointConfigs ?? []).flatMap(({ EndpointConfigName }) => EndpointConfigName ?? []));
  }
  return names.filter((name) => name.startsWith(`${endpoint}-`));
}

async function models(client: SageMakerClient, endpoint: string): Promise<string[]> {
  const names: string[] = [];
  for await (const page of paginateListModels({ client, pageSize: PAGE }, { NameContains: `${endpoint}-v` })) {
    names.push(...(page.Models ?? []).flatMap(({ ModelName }) => ModelName ?? []));
  }
  return names;
}
