import type { Command } from 'commander';
import { loadPlatform } from '../definition/load';
import { type Audit, auditPlatform } from '../plan/audit';
import { colours } from './colours';
import { EXIT, type Exit, type Io, json } from './io';
import { table } from './table';

/** `mlp audit FILE`: every building block of the roadmap as covered, partial or missing. */
export function auditCommand(program: Command, io: Io, exit: (code: Exit) => void): void {
  program
    .command('audit')
    .summary('which building blocks of the lifecycle the definition covers')
    .description(
      'Every building block of DevOps, DORA, MLOps, KPIs and scale as covered, partial or missing,\nwith the plan element that implements it and the next step.',
    )
    .argument('<file>', 'definition: .yaml, .yml, .json, or a module (.ts, .js, …)')
    .option('--json', 'print JSON: { stage, rows: [{ id, group, status, evidence, next }], score }')
    .action(async (file: string, options: { json?: boolean }) => {
      const audit = auditPlatform(await loadPlatform(file));
      io.out(options.json ? json(audit) : reportAudit(audit, io));
      exit(EXIT.fine);
    });
}

/** The audit for people: a row each, with its first evidence or its next step. */
export function reportAudit(audit: Audit, io: Io): string {
  const c = colours(io);
  const mark = { covered: c.green('covered'), partial: c.yellow('partial'), missing: c.red('missing') };
  const rows = audit.rows.map((row) => [row.group, row.id, mark[row.status], row.next ?? summary(row.evidence)]);
  const { covered, partial, missing } = audit.score;
  return [
    table(['group', 'row', 'status', 'evidence, or the next step'], rows, [8, 27, 10, 80]),
    '',
    `stage ${audit.stage}: ${covered} covered, ${partial} partial, ${missing} missing of ${audit.rows.length}`,
  ].join('\n');
}

const summary = (evidence: readonly string[]): string =>
  evidence.length > 1 ? `${evidence[0]} (+${evidence.length - 1})` : (evidence[0] ?? '');
