import type { Command } from 'commander';
import { loadPlatform } from '../definition/load';
import { show } from '../kernel/problem';
import { type Change, diffPlatforms } from '../plan/diff';
import { colours } from './colours';
import { EXIT, type Exit, type Io, json } from './io';

/** `mlp diff OLD NEW`: what changes, classed; exit 1 when something is loosened or replaced. */
export function diffCommand(program: Command, io: Io, exit: (code: Exit) => void): void {
  program
    .command('diff')
    .summary('what changes between two definitions, classed')
    .description(
      'Each change as: loosens a gate or an alarm, replaces a stateful resource, costs more, harmless.\nExits 1 when something is loosened or replaced.',
    )
    .argument('<old>', 'definition before')
    .argument('<new>', 'definition after')
    .option('--json', 'print JSON: [{ path, before, after, class, why }]')
    .action(async (before: string, after: string, options: { json?: boolean }) => {
      const changes = diffPlatforms(await loadPlatform(before), await loadPlatform(after));
      io.out(options.json ? json(changes) : reportChanges(changes, io));
      exit(
        changes.some((change) => change.class === 'loosens' || change.class === 'replaces')
          ? EXIT.doesNotHold
          : EXIT.fine,
      );
    });
}

function reportChanges(changes: readonly Change[], io: Io): string {
  if (changes.length === 0) return 'no change';
  const c = colours(io);
  const paint = { replaces: c.red, loosens: c.yellow, costsMore: c.cyan, harmless: c.dim };
  const order = ['replaces', 'loosens', 'costsMore', 'harmless'] as const;
  return order
    .flatMap((kind) => changes.filter((change) => change.class === kind))
    .map(
      (change) =>
        `${paint[change.class](change.class.padEnd(9))} ${c.bold(change.path)}: ${change.before === null ? 'absent' : show(change.before)} → ${change.after === null ? 'absent' : show(change.after)}\n          ${change.why}`,
    )
    .join('\n');
}
