import { createHash } from 'node:crypto';
import { CreateModelPackageCommand, type SageMakerClient, UpdateModelPackageCommand } from '@aws-sdk/client-sagemaker';
import type { CatalogueEntry, CatalogueLabels, ModelCatalogue } from '../../ports';
import { archiveUri } from './model-archive';

export interface SageMakerCatalogueOptions {
  /** Model package group. */
  readonly group: string;
  /** URI of the image that serves. */
  readonly image: () => Promise<string>;
}

/** Most entries of a model package's metadata (50, less those that labels add), longest name and value, and characters that they take. */
const MAX_ENTRIES = 45;
const MAX_NAME = 128;
const MAX_VALUE = 256;
const UNFIT = /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu;

/** Versions as model packages of the group, so that SageMaker's console shows the truth. */
export class SageMakerCatalogue implements ModelCatalogue {
  constructor(
    private readonly client: SageMakerClient,
    private readonly options: SageMakerCatalogueOptions,
  ) {}

  async publish(entry: CatalogueEntry): Promise<string> {
    const { group, image } = this.options;
    const { ModelPackageArn } = await this.client.send(
      new CreateModelPackageCommand({
        ModelPackageGroupName: group,
        // The same version again gives the same package.
        ClientToken: createHash('sha256')
          .update(`${group}/${entry.version}/${entry.artifactDigest}`)
          .digest('hex')
          .slice(0, 36),
        ModelPackageDescription: `Version ${entry.version} of ${entry.model}`,
        ModelApprovalStatus: 'PendingManualApproval',
        InferenceSpecification: {
          Containers: [
            { Image: entry.image === '' ? await image() : entry.image, ModelDataUrl: archiveUri(entry.artifactUri) },
          ],
          SupportedContentTypes: ['application/json'],
          SupportedResponseMIMETypes: ['application/json'],
        },
        // SageMaker's own terms, by which its lineage and its comparison of versions go.
        MetadataProperties: {
          ...(entry.facts['commit'] && { CommitId: entry.facts['commit'] }),
          ...(entry.facts['run'] && { GeneratedBy: entry.facts['run'] }),
        },
        ...(entry.metricsUri !== undefined && {
          ModelMetrics: {
            ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: entry.metricsUri } },
          },
        }),
        CustomerMetadataProperties: metadata({
          version: String(entry.version),
          artifactDigest: entry.artifactDigest,
          ...entry.facts,
        }),
      }),
    );
    return ModelPackageArn ?? '';
  }

  async label(externalId: string, { approved, aliases }: CatalogueLabels): Promise<void> {
    await this.client.send(
      new UpdateModelPackageCommand({
        ModelPackageArn: externalId,
        ModelApprovalStatus: approved === null ? 'PendingManualApproval' : approved ? 'Approved' : 'Rejected',
        CustomerMetadataProperties: metadata({ aliases: aliases.length === 0 ? 'none' : aliases.join(' ') }),
      }),
    );
  }
}

const cleaned = (text: string, length: number): string => text.replace(UNFIT, ' ').slice(0, length);

const metadata = (facts: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(facts)
      .filter(([, value]) => value !== '')
      .slice(0, MAX_ENTRIES)
      .map(([name, value]) => [cleaned(name, MAX_NAME), cleaned(value, MAX_VALUE)]),
  );
