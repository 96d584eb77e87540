import type { Command } from 'commander';
import { loadPlatform } from '../definition/load';
import { type Parity, parityOf } from '../plan/parity';
import { planPlatform } from '../plan/plan-platform';
import { TARGETS } from '../plan/renders';
import { colours } from './colours';
import { EXIT, type Exit, type Io, json } from './io';
import { table } from './table';

/** `mlp parity FILE`: what renders each element of the plan on every target, and every gap. */
export function parityCommand(program: Command, io: Io, exit: (code: Exit) => void): void {
  program
    .command('parity')
    .summary('what renders each plan element on every target, and every gap')
    .description(
      'Which element of the plan each target renders with what, and every gap with what is there instead.\nA gap on a cloud that an environment is on is a finding too (mlp check).',
    )
    .argument('<file>', 'definition: .yaml, .yml, .json, or a module (.ts, .js, …)')
    .option(
      '--json',
      'print JSON: { rows: [{ concept, elements, aws, google, local }], gaps: [{ concept, target, elements, why }] }',
    )
    .action(async (file: string, options: { json?: boolean }) => {
      const parity = parityOf(planPlatform(await loadPlatform(file)));
      io.out(options.json ? json(parity) : reportParity(parity, io));
      exit(EXIT.fine);
    });
}

/** Parity for people: a row a concept, then the gaps. */
export function reportParity({ rows, gaps }: Parity, io: Io): string {
  const c = colours(io);
  const lines = [
    table(
      ['concept', 'elements', ...TARGETS],
      rows.map((row) => [
        row.concept,
        summary(row.elements),
        ...TARGETS.map((target) => row[target] ?? c.yellow('gap')),
      ]),
      [15, 38, 34, 34, 24],
    ),
    '',
  ];
  const count = (target: string) => gaps.filter((gap) => gap.target === target).length;
  return [
    ...lines,
    ...(gaps.length > 0 ? ['gaps', ...gaps.map((gap) => `  ${gap.target} ${gap.concept}: ${gap.why}`), ''] : []),
    `${rows.length} concepts; gaps: ${TARGETS.map((target) => `${count(target)} on ${target}`).join(', ')}`,
  ].join('\n');
}

const summary = (elements: readonly string[]): string =>
  elements.length > 1 ? `${elements[0]} (+${elements.length - 1})` : (elements[0] ?? '');
