import pc from 'picocolors';
import type { Io } from './io';

/** Colour functions that do nothing away from a terminal. */
export const colours = (io: Io): ReturnType<typeof pc.createColors> => pc.createColors(io.terminal);
