import type { Command } from 'commander';
import { loadPlatform } from '../definition/load';
import { explainPlan } from '../plan/explain';
import { planPlatform } from '../plan/plan-platform';
import { rendersOf, TARGETS, type Target } from '../plan/renders';
import { EXIT, type Exit, type Io, json } from './io';

interface Options {
  readonly json?: boolean;
  readonly target?: Target;
}

/** `mlp plan FILE`: what the platform will have and do. */
export function planCommand(program: Command, io: Io, exit: (code: Exit) => void): void {
  program
    .command('plan')
    .summary('the cloud-neutral plan, and what renders it on a target')
    .description(
      'Prints what the platform will have and do: step graphs, alarms, schedules, permissions, retention.\nWith --target also what renders each element there.',
    )
    .argument('<file>', 'definition: .yaml, .yml, .json, or a module (.ts, .js, …)')
    .option('--target <target>', `one of ${TARGETS.join(', ')}`, oneTarget)
    .option('--json', 'print JSON')
    .action(async (file: string, options: Options) => {
      const plan = planPlatform(await loadPlatform(file));
      const renders = options.target === undefined ? undefined : rendersOf(plan, options.target);
      io.out(
        options.json ? json(renders ? { ...plan, target: options.target, renders } : plan) : explainPlan(plan, renders),
      );
      exit(EXIT.fine);
    });
}

function oneTarget(text: string): Target {
  const target = TARGETS.find((one) => one === text);
  if (target === undefined) throw new RangeError(`got '${text}', expected one of ${TARGETS.join(', ')}`);
  return target;
}
