import type { Command } from 'commander';
import { loadPlatform } from '../definition/load';
import { blocking } from '../plan/findings';
import type { Finding } from '../plan/findings/finding';
import { planPlatform } from '../plan/plan-platform';
import { colours } from './colours';
import { EXIT, type Exit, type Io, json } from './io';

interface Options {
  readonly json?: boolean;
  readonly asOf?: string;
}

/** `mlp check FILE`: is the definition valid, and what is risky in it. */
export function checkCommand(program: Command, io: Io, exit: (code: Exit) => void): void {
  program
    .command('check')
    .summary('parse a definition and print its findings')
    .description(
      'Parses a definition; prints every error, or its findings: id, severity, path, what to do.\nExits 1 when an error-level finding is not acknowledged, 2 when the definition is not valid.',
    )
    .argument('<file>', 'definition: .yaml, .yml, .json, or a module (.ts, .js, …)')
    .option('--json', 'print JSON')
    .option('--as-of <date>', 'judge `until` of acknowledgements at this day (YYYY-MM-DD)', isoDate)
    .action(async (file: string, options: Options) => {
      const platform = await loadPlatform(file);
      const { findings } = planPlatform(platform, options.asOf === undefined ? {} : { asOf: options.asOf });
      const stopping = blocking(findings);
      if (options.json) {
        io.out(
          json({
            valid: true,
            file,
            name: platform.name,
            stage: platform.stage,
            models: Object.keys(platform.models),
            findings,
          }),
        );
      } else {
        io.out(reportFindings(file, findings, io));
      }
      exit(stopping.length > 0 ? EXIT.doesNotHold : EXIT.fine);
    });
}

function isoDate(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new RangeError(`got '${text}', expected a day as YYYY-MM-DD`);
}

/** Findings for people: the worst first. */
export function reportFindings(file: string, findings: readonly Finding[], io: Io): string {
  const c = colours(io);
  const paint = { error: c.red, warning: c.yellow, info: c.cyan };
  const order = { error: 0, warning: 1, info: 2 };
  const lines = [...findings]
    .sort((a, b) => order[a.severity] - order[b.severity])
    .flatMap(({ id, severity, path, message, fix, acknowledged }) => [
      `${paint[severity](severity)} ${c.bold(id)} ${c.dim(path)}`,
      `    ${message}`,
      acknowledged
        ? `    acknowledged: ${acknowledged.reason}${acknowledged.until === null ? '' : ` (until ${acknowledged.until})`}`
        : `    ${fix}`,
    ]);
  const open = findings.filter((finding) => finding.acknowledged === null);
  const count = (severity: Finding['severity']): number =>
    open.filter((finding) => finding.severity === severity).length;
  const verdict =
    findings.length === 0
      ? `${file}: valid, nothing to remark`
      : `${file}: valid; ${count('error')} errors, ${count('warning')} warnings, ${count('info')} remarks${findings.length > open.length ? `, ${findings.length - open.length} acknowledged` : ''}`;
  return [...lines, count('error') > 0 ? c.red(verdict) : c.green(verdict)].join('\n');
}
