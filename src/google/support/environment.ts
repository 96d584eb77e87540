import { type GoogleData, googleDataSchema } from '../../contract/google';
import type { Data } from '../../definition/data';
import type { Task } from '../../kernel/metric-catalogue';
import { type INotifications, topicEnvironment } from '../ml-platform/notifications';
import type { IModelRegistry } from '../model-registry/model-registry';
import { terraformText } from './step-graph-to-workflow';

/** What every handler of a model knows: where its artifacts, ledger, state and tables are, and whom to tell. */
export function registryEnvironment(
  registry: IModelRegistry,
  notifications: INotifications | undefined,
): Record<string, string> {
  return {
    MLP_ARTIFACTS: registry.artifactBucketName,
    MLP_LEDGER: registry.ledgerBucketName,
    MLP_STATE: registry.stateBucketName,
    MLP_DATASET: registry.datasetId,
    ...(registry.kmsKeyName !== null && { MLP_KEY: registry.kmsKeyName }),
    ...topicEnvironment(notifications),
  };
}

/** Where the data are, for handlers that read them; nothing where the definition names no place on Google Cloud. */
export function dataEnvironment(data: Data, task: Task): Record<string, string> {
  const source = data.source.google;
  if (source === undefined) return {};
  const value: GoogleData = {
    source,
    labels: data.label.source?.google ?? null,
    format: data.format,
    key: data.key ?? null,
    label: data.label.column,
    timestamp: data.timestamp,
    task,
    features: Object.fromEntries(
      Object.entries(data.columns)
        .filter(([name, column]) => column.feature && name !== data.label.column)
        .map(([name, column]) => [name, column.type]),
    ),
  };
  return { MLP_DATA: terraformText(JSON.stringify(googleDataSchema.parse(value))) };
}

/** Address of an image: the one that is given, or the one that the delivery pushes for a purpose. */
export const imageAddress = (
  image: { readonly google: string | null },
  registry: IModelRegistry,
  purpose: 'trainer' | 'server',
): string => image.google ?? `${registry.imageRoot}/${purpose}:current`;
