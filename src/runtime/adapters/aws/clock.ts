import type { Clock } from '../../ports';

/** The machine's clock. */
export const SYSTEM_CLOCK: Clock = { now: () => Math.floor(Date.now() / 1000) };
