import type { TaskEvent } from '../../contract/events';
import type { UseCase } from '../../contract/use-cases';
import type { Json } from '../../kernel/json';

/** What a schedule or an alert sends to a handler: fixed arguments and an empty state. */
export const scheduledEvent = (
  use: UseCase,
  step: string,
  fixedArguments: { readonly [key: string]: Json },
): TaskEvent => ({
  use,
  step,
  run: step,
  // A plan is read-only, an event is a value of its own.
  arguments: JSON.parse(JSON.stringify(fixedArguments)) as TaskEvent['arguments'],
  state: {},
});
