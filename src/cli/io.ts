/** Where a command writes; tests collect it. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Colours and moving progress are for people at a terminal. */
  readonly terminal: boolean;
}

export const processIo = (): Io => ({
  out: (text) => void process.stdout.write(`${text}\n`),
  err: (text) => void process.stderr.write(`${text}\n`),
  terminal: process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined,
});

/** Exit codes: fine; the thing checked does not hold; wrong usage or an invalid definition. */
export const EXIT = { fine: 0, doesNotHold: 1, invalid: 2 } as const;
export type Exit = (typeof EXIT)[keyof typeof EXIT] | 130;

export const json = (value: unknown): string => JSON.stringify(value, null, 2);
