import { serviceError } from '../adapters/fake-client';

interface Item {
  readonly key: { readonly S: string };
  readonly value: { readonly S: string };
  readonly version: { readonly N: string };
}

/** DynamoDB tables, with the two conditions on which documents are written. */
export class Documents {
  private readonly items = new Map<string, Item>();

  operations() {
    return {
      GetItem: ({ TableName, Key }: { TableName: string; Key: { key: { S: string } } }) => ({
        Item: this.items.get(`${TableName}/${Key.key.S}`),
      }),
      PutItem: (input: {
        TableName: string;
        Item: Item;
        ConditionExpression: string;
        ExpressionAttributeValues?: { ':expected': { N: string } };
      }) => {
        const name = `${input.TableName}/${input.Item.key.S}`;
        const before = this.items.get(name);
        const holds =
          input.ConditionExpression === 'attribute_not_exists(#key)'
            ? before === undefined
            : before?.version.N === input.ExpressionAttributeValues?.[':expected'].N;
        if (!holds) throw serviceError('ConditionalCheckFailedException');
        this.items.set(name, input.Item);
        return {};
      },
    };
  }
}
