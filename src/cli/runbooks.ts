import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { loadPlatform } from '../definition/load';
import { planPlatform } from '../plan/plan-platform';
import { renderPostmortem, renderRunbook, runbookKinds } from '../plan/runbooks';
import { EXIT, type Exit, type Io, json } from './io';

/** `mlp runbooks FILE --out DIR`: a runbook per alarm kind, and a postmortem template. */
export function runbooksCommand(program: Command, io: Io, exit: (code: Exit) => void): void {
  program
    .command('runbooks')
    .summary('a runbook per alarm kind, and a postmortem template')
    .description(
      'Renders a runbook for each kind of alarm that the plan has, with the alarms, limits and owners filled in,\nand a template for postmortems.',
    )
    .argument('<file>', 'definition: .yaml, .yml, .json, or a module (.ts, .js, …)')
    .requiredOption('--out <dir>', 'folder to write to')
    .option('--json', 'print JSON: { out, files }')
    .action(async (file: string, options: { out: string; json?: boolean }) => {
      const plan = planPlatform(await loadPlatform(file));
      mkdirSync(options.out, { recursive: true });
      const files = [
        ...runbookKinds(plan).map((kind) => ({ name: `${kind}.md`, text: renderRunbook(plan, kind) })),
        { name: 'postmortem.md', text: renderPostmortem(plan) },
      ];
      for (const { name, text } of files) writeFileSync(join(options.out, name), text);
      io.out(
        options.json
          ? json({ out: options.out, files: files.map(({ name }) => name) })
          : files.map(({ name }) => join(options.out, name)).join('\n'),
      );
      exit(EXIT.fine);
    });
}
