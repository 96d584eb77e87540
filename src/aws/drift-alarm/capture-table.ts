import type { CfnTable } from 'aws-cdk-lib/aws-glue';
import { PREFIXES, TABLES, VARIANTS } from '../../contract/aws';
import type { IModelRegistry } from '../model-registry/model-registry-interface';
import { wholeDays } from '../support/retention';

/** Hours of capture folders are days here: SageMaker writes `<endpoint>/<variant>/yyyy/MM/dd/HH/`. */
const HOUR_FORMAT = 'yyyy/MM/dd/HH';

/** What SageMaker writes of one side of a request. */
const SIDE = 'struct<observedContentType:string,mode:string,data:string,encoding:string>';

/**
 * Table over captured requests, with partitions by projection: no crawler, and a query names the deployments that it reads.
 * Captures stand below `capture/<deployment>/<endpoint>/<variant>/<hour>/`; a deployment's name (`blue-3`, `blue-3_green-4`)
 * says which version each variant serves, and queries name the deployments that they ask for.
 */
export function captureTable(
  registry: IModelRegistry,
  endpointName: string,
  captureSeconds: number,
): CfnTable.TableInputProperty {
  const base = `s3://${registry.artifactBucket.bucketName}/${PREFIXES.capture}`;
  return {
    name: TABLES.capture,
    description: 'Captured requests and answers, as SageMaker writes them',
    partitionKeys: ['deployment', 'variant', 'hour'].map((name) => ({ name, type: 'string' })),
    parameters: {
      classification: 'json',
      'projection.enabled': 'true',
      'projection.deployment.type': 'injected',
      'projection.variant.type': 'enum',
      'projection.variant.values': VARIANTS.join(','),
      'projection.hour.type': 'date',
      'projection.hour.format': HOUR_FORMAT,
      'projection.hour.interval': '1',
      'projection.hour.interval.unit': 'HOURS',
      'projection.hour.range': `NOW-${wholeDays(captureSeconds)}DAYS,NOW+1HOURS`,
      'storage.location.template': `${base}/\${deployment}/${endpointName}/\${variant}/\${hour}/`,
    },
    storageDescriptor: {
      location: `${base}/`,
      columns: [
        { name: 'capturedata', type: `struct<endpointInput:${SIDE},endpointOutput:${SIDE}>` },
        { name: 'eventmetadata', type: 'struct<eventId:string,inferenceId:string,inferenceTime:string>' },
        { name: 'eventversion', type: 'string' },
      ],
      inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
      outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
      serdeInfo: {
        serializationLibrary: 'org.openx.data.jsonserde.JsonSerDe',
        parameters: { 'ignore.malformed.json': 'true' },
      },
    },
  };
}
