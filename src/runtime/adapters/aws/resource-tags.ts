import type { Tag } from '@aws-sdk/client-sagemaker';
import { z } from 'zod';

const tagsSchema = z.record(z.string(), z.string());

/**
 * Tags of what a handler makes: those of the handler itself, so that its costs are found like those of the stack.
 * @param text JSON object of values by key
 */
export const resourceTags = (text: string): Tag[] =>
  Object.entries(tagsSchema.parse(JSON.parse(text))).map(([Key, Value]) => ({ Key, Value }));
