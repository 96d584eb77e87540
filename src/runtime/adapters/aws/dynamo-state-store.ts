import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Json } from '../../../kernel/json';
import type { StateStore, Versioned } from '../../ports';
import { errorName } from './sdk-error';

/** State documents as items `{ key, value (JSON text), version (number) }`; writes are conditional on the version. */
export class DynamoStateStore implements StateStore {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
  ) {}

  async read(key: string): Promise<Versioned | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: { key: { S: key } }, ConsistentRead: true }),
    );
    const [value, version] = [Item?.['value']?.S, Item?.['version']?.N];
    return value === undefined || version === undefined ? undefined : { value: JSON.parse(value) as Json, version };
  }

  async compareAndSwap(key: string, expected: string | null, value: Json): Promise<string | undefined> {
    const version = expected === null ? '1' : String(Number(expected) + 1);
    const names = { '#key': 'key', '#version': 'version' };
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: { key: { S: key }, value: { S: JSON.stringify(value) }, version: { N: version } },
          ...(expected === null
            ? { ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: { '#key': names['#key'] } }
            : {
                ConditionExpression: '#version = :expected',
                ExpressionAttributeNames: { '#version': names['#version'] },
                ExpressionAttributeValues: { ':expected': { N: expected } },
              }),
        }),
      );
      return version;
    } catch (error) {
      if (errorName(error) === 'ConditionalCheckFailedException') return undefined;
      throw error;
    }
  }
}
