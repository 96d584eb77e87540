import { serviceError } from '../adapters/fake-client';

interface Item {
  readonly key: { readonly S: string };
  readonly value: { readonly S: string };
  readonly version: { readonly N: string };
}

/** A DynamoDB table, with the two conditions on which documents are written. */
export class Documents {
  private readonly items = new Map<string, Item>();

  operations() {
    return {
      GetItem: ({ Key }: { Key: { key: { S: string } } }) => ({ Item: this.items.get(Key.key.S) }),
      PutItem: (input: {
        Item: Item;
        ConditionExpression: string;
        ExpressionAttributeValues?: { ':expected': { N: string } };
      }) => {
        const before = this.items.get(input.Item.key.S);
        const holds =
          input.ConditionExpression === 'attribute_not_exists(#key)'
            ? before === undefined
            : before?.version.N === input.ExpressionAttributeValues?.[':expected'].N;
        if (!holds) throw serviceError('ConditionalCheckFailedException');
        this.items.set(input.Item.key.S, input.Item);
        return {};
      },
    };
  }
}
