import type { Json } from '../../../src/kernel/json';
import type { VirtualTime } from './virtual-time';

/** The library asks for it; node has it from version 22 on. */
const promises = Promise as unknown as { withResolvers?: () => unknown };
promises.withResolvers ??= () => {
  let [resolve, reject]: [unknown, unknown] = [undefined, undefined];
  const promise = new Promise((done, failed) => {
    [resolve, reject] = [done, failed];
  });
  return { promise, resolve, reject };
};

/** Of `aws-local-stepfunctions`, whose types are those of a module for node's other kind of modules. */
interface Library {
  readonly StateMachine: new (
    definition: object,
    options: { readonly validationOptions: { readonly checkArn: boolean } },
  ) => {
    run(
      input: Json,
      options: {
        readonly overrides: {
          readonly taskResourceLocalHandlers: Readonly<Record<string, (input: unknown) => unknown>>;
        };
        readonly context: object;
      },
    ): {
      readonly abort: () => void;
      readonly result: Promise<Json>;
      readonly eventLogs: AsyncIterable<{
        readonly type: string;
        readonly state?: { readonly name: string };
        readonly Error?: string;
        readonly Cause?: string;
      }>;
    };
  };
}
const { StateMachine } = require('aws-local-stepfunctions') as Library;

export interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** How an execution ended, and the states that it went through. */
export interface Execution {
  /** The state at which it ended, whether it succeeded or failed there. */
  readonly end: string;
  readonly succeeded: boolean;
  readonly path: readonly string[];
  /** Tries of states that failed, with what they said. */
  readonly failures: readonly string[];
  readonly output: Json;
}

/**
 * What stands behind a state of type Task.
 * @param stop ends the execution as a person does who stops it: no state follows, not even one for failures
 */
export type TaskHandler = (input: unknown, state: string, stop: () => void) => Promise<unknown>;

/** A definition is validated once: that takes longer than to execute it. */
const machines = new WeakMap<Machine, InstanceType<Library['StateMachine']>>();

function machineOf(definition: Machine): InstanceType<Library['StateMachine']> {
  const known = machines.get(definition) ?? new StateMachine(definition, { validationOptions: { checkArn: false } });
  machines.set(definition, known);
  return known;
}

/** Short: the SHA-1 of the library is wrong for more than 55 bytes, and a job's name has a hash of this and `/candidate`. */
export const executionArn = (name: string): string => `arn:aws:states:eu:1:execution:m:${name}`;

/** Executes a state machine as the template has it, with its retries, catches, choices and waits. Time has to pass meanwhile. */
export async function runMachine(
  definition: Machine,
  execution: { readonly name: string; readonly input: Json },
  handler: TaskHandler,
  time: VirtualTime,
): Promise<Execution> {
  const states = Object.entries(definition.States);
  const tasks = states.filter(([, { Type }]) => Type === 'Task').map(([name]) => name);
  const machine = machineOf(definition);
  const run = machine.run(execution.input, {
    overrides: {
      taskResourceLocalHandlers: Object.fromEntries(
        tasks.map((name) => [name, (input: unknown) => time.call(() => handler(input, name, () => run.abort()))]),
      ),
    },
    context: {
      Execution: { Name: execution.name, Id: executionArn(execution.name) },
    },
  });
  const path: string[] = [];
  const failures: string[] = [];
  const watched = (async () => {
    for await (const event of run.eventLogs) {
      if (event.type === 'StateEntered') path.push(event.state!.name);
      if (event.type === 'StateFailed') failures.push(`${event.state!.name}: ${event.Error}: ${event.Cause}`);
    }
  })();
  const output = await run.result.then(
    (value) => ({ succeeded: true, value }),
    (error: Error) => ({ succeeded: false, value: error.message }),
  );
  await watched.catch(() => undefined);
  return { end: path.at(-1) ?? '', succeeded: output.succeeded, path, failures, output: output.value };
}
