export type Json = { [key: string]: unknown };

/** A request of one of Google's services, its body read. */
export interface Call {
  readonly method: string;
  /** Path after the service's version, decoded where a part is. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Json;
  readonly bytes: Uint8Array;
}

/** What a service answers; bytes as they are, everything else as JSON. */
export type Answer = Json | Uint8Array;

/** A call with the name that faults are set by, and what it does. */
export interface Operation {
  /** `aiplatform.endpoints.deployModel`. */
  readonly name: string;
  readonly run: () => Answer;
}

/** A refusal, as the service would word it. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export const notFound = (what: string): Refusal => new Refusal(404, `${what} is not found`);
export const invalid = (message: string): Refusal => new Refusal(400, message);

/** A list in pages of few, so that paging is used. */
export function pageOf<T>(
  all: readonly T[],
  query: URLSearchParams,
  most = 7,
): { page: readonly T[]; nextPageToken?: string } {
  const from = Number(query.get('pageToken') ?? 0);
  const next = from + most;
  return { page: all.slice(from, next), ...(next < all.length && { nextPageToken: String(next) }) };
}
