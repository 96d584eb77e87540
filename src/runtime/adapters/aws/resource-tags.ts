import type { Tag } from '@aws-sdk/client-sagemaker';

/**
 * Tags of what a handler makes: those of the handler itself, so that its costs are found like those of the stack.
 * @param text JSON object of values by key
 */
export const resourceTags = (text: string): Tag[] =>
  Object.entries(JSON.parse(text) as Readonly<Record<string, string>>).map(([Key, Value]) => ({ Key, Value }));
