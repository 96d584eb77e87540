const field = (error: unknown, name: 'name' | 'message'): string | undefined =>
  typeof error === 'object' && error !== null && name in error
    ? String((error as Record<string, unknown>)[name])
    : undefined;

/** Name of an SDK error, by which services say what went wrong. */
export const errorName = (error: unknown): string => field(error, 'name') ?? '';

/** Message of an SDK error. */
export const errorMessage = (error: unknown): string => field(error, 'message') ?? String(error);
