import { Aws, RemovalPolicy } from 'aws-cdk-lib';
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import { Construct } from 'constructs';
import { type AwsHandlerVariables, PREFIXES, TABLES } from '../../contract/aws';
import type { Column, Data } from '../../definition/data';
import type { IModelRegistry } from '../model-registry/model-registry-interface';
import { glueName, NAME_LIMITS, physicalName } from './names';

export interface DataTablesProps {
  readonly registry: IModelRegistry;
  readonly data: Data;
  /** What the tables are for; part of their names. */
  readonly purpose: 'training' | 'monitoring';
}

/** Athena over a model's data where it lies: a workgroup that writes below the artifact bucket, and tables of source and labels. */
export class DataTables extends Construct {
  readonly workgroup: string;
  readonly database: string;
  /** Locations that readers need. */
  readonly sources: readonly string[];
  /** Variables of the handlers that query. */
  readonly environment: AwsHandlerVariables;
  /** Frozen sets of runs are written as tables. */
  readonly freezes: boolean;
  private readonly databaseResource: CfnDatabase;

  constructor(scope: Construct, id: string, { registry, data, purpose }: DataTablesProps) {
    super(scope, id);
    const { artifactBucket, encryptionKey } = registry;
    this.workgroup = physicalName(NAME_LIMITS.workgroup, registry.platform, registry.model, purpose);
    this.database = glueName(registry.platform, registry.model, purpose);
    const group = new CfnWorkGroup(this, 'Workgroup', {
      name: this.workgroup,
      description: `Queries of ${registry.model}: ${purpose}`,
      recursiveDeleteOption: true,
      workGroupConfiguration: {
        // Enforced, it would have Athena refuse each CREATE TABLE AS with a location of its own, which a frozen set needs. Queries
        // bring no settings, so that these are in force all the same; where they may write is said by the handlers' roles.
        enforceWorkGroupConfiguration: false,
        publishCloudWatchMetricsEnabled: true,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: `s3://${artifactBucket.bucketName}/${PREFIXES.queries}/`,
          encryptionConfiguration: encryptionKey
            ? { encryptionOption: 'SSE_KMS', kmsKey: encryptionKey.keyArn }
            : { encryptionOption: 'SSE_S3' },
        },
      },
    });
    this.databaseResource = new CfnDatabase(this, 'Database', {
      catalogId: Aws.ACCOUNT_ID,
      databaseInput: { name: this.database, description: `Tables of ${registry.model}: ${purpose}` },
    });
    this.databaseResource.applyRemovalPolicy(RemovalPolicy.DESTROY);
    const { aws: source } = data.source;
    const labels = data.label.source?.aws;
    if (source !== undefined) this.table('Source', TABLES.source, source, data);
    if (labels !== undefined) this.table('Labels', TABLES.labels, labels, labelColumns(data));
    this.freezes = purpose === 'training';
    this.environment = {
      MLP_WORKGROUP: this.workgroup,
      MLP_DATABASE: this.database,
      MLP_TIMESTAMP: data.timestamp,
      MLP_LABELS: labels === undefined ? '' : 'apart',
    };
    this.sources = [source, labels].filter((uri) => uri !== undefined);
    this.node.defaultChild = group;
  }

  /** Adds a table; the database is there before it. */
  add(id: string, input: CfnTable.TableInputProperty): CfnTable {
    const table = new CfnTable(this, id, {
      catalogId: Aws.ACCOUNT_ID,
      databaseName: this.database,
      tableInput: { tableType: 'EXTERNAL_TABLE', ...input },
    });
    table.addResourceDependency(this.databaseResource);
    return table;
  }

  private table(id: string, name: string, location: string, data: Pick<Data, 'columns' | 'format'>): void {
    const format = FORMATS[data.format];
    this.add(id, {
      name,
      parameters: { ...format.parameters },
      storageDescriptor: {
        location: location.endsWith('/') ? location : `${location}/`,
        columns: Object.entries(data.columns).map(([column, { type }]) => ({ name: column, type: format.types[type] })),
        inputFormat: format.input,
        outputFormat: format.output,
        serdeInfo: { serializationLibrary: format.serde, parameters: { ...format.serdeParameters } },
      },
    });
  }
}

/** Labels that arrive apart: the key, the label and its time. */
function labelColumns({ columns, format, key, label, timestamp }: Data): Pick<Data, 'columns' | 'format'> {
  const names = [key, timestamp, label.column].filter((name) => name !== undefined);
  return { format, columns: Object.fromEntries(names.map((name) => [name, columns[name]!])) };
}

type Types = Readonly<Record<Column['type'], string>>;
const TYPED: Types = {
  number: 'double',
  integer: 'bigint',
  category: 'string',
  boolean: 'boolean',
  string: 'string',
  timestamp: 'timestamp',
};
/** The CSV reader knows texts only; the SQL converts, and a value that does not convert is a finding about the data. */
const TEXTS: Types = {
  number: 'string',
  integer: 'string',
  category: 'string',
  boolean: 'string',
  string: 'string',
  timestamp: 'string',
};

interface Format {
  readonly input: string;
  readonly output: string;
  readonly serde: string;
  readonly serdeParameters: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, string>>;
  readonly types: Types;
}

const TEXT_INPUT = 'org.apache.hadoop.mapred.TextInputFormat';
const TEXT_OUTPUT = 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat';

const FORMATS = {
  csv: {
    input: TEXT_INPUT,
    output: TEXT_OUTPUT,
    serde: 'org.apache.hadoop.hive.serde2.OpenCSVSerde',
    serdeParameters: { separatorChar: ',', quoteChar: '"', escapeChar: '\\' },
    parameters: { classification: 'csv', 'skip.header.line.count': '1' },
    types: TEXTS,
  },
  jsonl: {
    input: TEXT_INPUT,
    output: TEXT_OUTPUT,
    serde: 'org.openx.data.jsonserde.JsonSerDe',
    serdeParameters: { 'ignore.malformed.json': 'false', 'case.insensitive': 'false' },
    parameters: { classification: 'json' },
    types: { ...TYPED, timestamp: 'string' },
  },
  parquet: {
    input: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    output: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    serde: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
    serdeParameters: { 'serialization.format': '1' },
    parameters: { classification: 'parquet' },
    types: TYPED,
  },
} as const satisfies Record<Data['format'], Format>;
