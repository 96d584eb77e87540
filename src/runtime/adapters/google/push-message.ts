import { z } from 'zod';

const pushSchema = z.object({ message: z.object({ data: z.string(), publishTime: z.string().optional() }) });

export interface PushMessage {
  /** What was published; undefined where that is no JSON. */
  readonly content: unknown;
  /** When, ISO 8601. */
  readonly publishedAt: string | undefined;
}

/** A Pub/Sub push. @throws ZodError for what is none at all */
export function pushMessageOf(body: unknown): PushMessage {
  const { data, publishTime } = pushSchema.parse(body).message;
  return { content: parseJson(Buffer.from(data, 'base64').toString('utf8')), publishedAt: publishTime };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
