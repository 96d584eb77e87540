import { join } from 'node:path';
import type { PlatformDefinition } from '../definition/platform';
import { ProblemsError } from '../kernel/problem';

export interface Synthesised {
  readonly target: 'aws' | 'google';
  readonly folder: string;
  /** Null when it failed; `error` says why then. */
  readonly result: { readonly files: readonly string[]; readonly stacks: readonly string[] } | null;
  readonly error: string | null;
}

/** Renders a definition for one cloud into a folder. */
export type Synthesiser = (
  definition: PlatformDefinition,
  options: { readonly outDir: string },
) => Promise<{ readonly files: string[]; readonly stacks: string[] }>;

export type Synthesisers = Readonly<Record<'aws' | 'google', () => Synthesiser>>;

/**
 * Renders a definition for both clouds below `out`. The clouds' libraries are optional peers, so one that is not installed
 * (or fails) is told, and stops nothing here.
 */
export async function synthesise(
  definition: PlatformDefinition,
  out: string,
  synthesisers: Synthesisers,
): Promise<Synthesised[]> {
  const results: Synthesised[] = [];
  for (const target of ['aws', 'google'] as const) {
    const folder = join(out, target);
    try {
      const result = await synthesisers[target]()(definition, { outDir: folder });
      results.push({ target, folder, result, error: null });
    } catch (error) {
      const text =
        error instanceof ProblemsError
          ? error.message
          : `${(error as Error).name}: ${(error as Error).message.split('\n')[0]}`;
      results.push({ target, folder, result: null, error: text });
    }
  }
  return results;
}
