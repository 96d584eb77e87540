import type { TaskEvent } from '../../contract/events';
import type { UseCase } from '../../contract/use-cases';
import type { Json } from '../../kernel/json';

/** What a schedule sends to a handler: fixed arguments, and a state that is empty but for what it says. */
export const scheduledEvent = (
  use: UseCase,
  step: string,
  fixedArguments: { readonly [key: string]: Json },
  state: TaskEvent['state'] = {},
): TaskEvent => ({
  use,
  step,
  run: step,
  // A plan is read-only, an event is a value of its own.
  arguments: JSON.parse(JSON.stringify(fixedArguments)) as TaskEvent['arguments'],
  state,
});
