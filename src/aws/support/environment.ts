import type { AwsHandlerVariables } from '../../contract/aws';
import type { IModelRegistry } from '../model-registry/model-registry-interface';
import type { PlatformNetwork } from './network';
import type { INotifications } from './notifications';

export interface EnvironmentInput {
  readonly registry: IModelRegistry;
  readonly notifications?: INotifications;
  readonly network?: PlatformNetwork;
  readonly runbooks: string;
}

/** Variables that every handler of a model has. */
export function handlerEnvironment({
  registry,
  notifications,
  network,
  runbooks,
}: EnvironmentInput): AwsHandlerVariables {
  return {
    MLP_PLATFORM: registry.platform,
    MLP_MODEL: registry.model,
    MLP_ARTIFACTS: registry.artifactBucket.bucketName,
    MLP_LEDGER: registry.ledgerBucket.bucketName,
    MLP_STATE: registry.stateTable.tableName,
    MLP_MODEL_GROUP: registry.modelPackageGroupName,
    MLP_KEY: registry.encryptionKey?.keyArn ?? '',
    MLP_TOPIC_PAGE: notifications?.topics.page.topicArn ?? '',
    MLP_TOPIC_TICKET: notifications?.topics.ticket.topicArn ?? '',
    MLP_TOPIC_INFO: notifications?.topics.info.topicArn ?? '',
    MLP_RUNBOOKS: runbooks,
    ...(network && {
      MLP_SUBNETS: network.vpc.selectSubnets(network.subnets).subnetIds.join(','),
      MLP_SECURITY_GROUPS: network.securityGroup.securityGroupId,
    }),
  };
}
