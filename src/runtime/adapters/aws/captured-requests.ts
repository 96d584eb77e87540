import { GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { PREFIXES, type Variant } from '../../../contract/aws';
import { captureHour } from './capture-view';
import type { SHADOW_VARIANT } from './endpoint-layout';

/** One captured request: who asked, when, and the answers. */
export interface CapturedRequest {
  /** The caller's id of the request where one was given, else SageMaker's. */
  readonly id: string;
  readonly atSeconds: number;
  readonly answers: readonly (number | string)[];
}

const HOUR = 3600;

/** Reads what SageMaker captured of a variant in `[from, to)`, newest hour first, until there are `limit` requests. */
export async function capturedRequests(
  client: S3Client,
  bucket: string,
  where: { readonly deployment: string; readonly endpoint: string; readonly variant: Variant | typeof SHADOW_VARIANT },
  window: { readonly from: number; readonly to: number; readonly limit: number },
): Promise<CapturedRequest[]> {
  const found: CapturedRequest[] = [];
  for (let hour = Math.floor((window.to - 1) / HOUR); hour >= Math.floor(window.from / HOUR); hour--) {
    const folder = captureHour(hour * HOUR);
    const Prefix = `${PREFIXES.capture}/${where.deployment}/${where.endpoint}/${where.variant}/${folder}/`;
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix })) {
      for (const { Key } of page.Contents ?? []) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
        for (const line of ((await Body?.transformToString()) ?? '').split('\n')) {
          const request = parseCapture(line);
          if (request && request.atSeconds >= window.from && request.atSeconds < window.to) found.push(request);
          if (found.length >= window.limit) return found;
        }
      }
    }
  }
  return found;
}

interface CaptureLine {
  readonly captureData?: { readonly endpointOutput?: { readonly data?: string; readonly encoding?: string } };
  readonly eventMetadata?: {
    readonly eventId?: string;
    readonly inferenceId?: string;
    readonly inferenceTime?: string;
  };
}

/** A line of a capture file; undefined for a line that cannot be read, such as the last of a file that is being written. */
export function parseCapture(line: string): CapturedRequest | undefined {
  try {
    const { captureData, eventMetadata } = JSON.parse(line) as CaptureLine;
    const atSeconds = Date.parse(eventMetadata?.inferenceTime ?? '') / 1000;
    const id = eventMetadata?.inferenceId ?? eventMetadata?.eventId;
    const output = captureData?.endpointOutput;
    if (id === undefined || !Number.isFinite(atSeconds)) return undefined;
    const text = output?.encoding === 'BASE64' ? Buffer.from(output.data ?? '', 'base64').toString() : output?.data;
    return { id, atSeconds, answers: text === undefined ? [] : answersOf(JSON.parse(text)) };
  } catch {
    return undefined;
  }
}

/** Answers of a reply `{ "predictions": […] }`: numbers, class names, or the probability of the positive class. */
function answersOf(reply: unknown): (number | string)[] {
  const { predictions } = reply as { readonly predictions?: readonly unknown[] };
  return (predictions ?? []).flatMap((one): (number | string)[] => {
    const value =
      typeof one === 'object' && one !== null
        ? ((one as { probability?: unknown }).probability ?? (one as { prediction?: unknown }).prediction)
        : one;
    if (typeof value === 'number') return Number.isFinite(value) ? [value] : [];
    return typeof value === 'string' ? [value] : typeof value === 'boolean' ? [String(value)] : [];
  });
}
