import { awsEnvSchema } from '../../../contract/aws';
import { type TaskEvent, taskEventSchema } from '../../../contract/events';
import type { UseCase } from '../../../contract/use-cases';
import type { Json } from '../../../kernel/json';
import { OperationError } from '../../../kernel/problem';
import { type Ports, USE_CASE_FUNCTIONS } from '../../usecases';
import { awsPorts } from './ports';

export type Answer = { readonly [key: string]: Json };

/** A handler of some use cases: parses, wires, calls, replies. Others are refused, since the role may not do them. */
export const handleTask =
  (own: readonly UseCase[], wire: (event: TaskEvent) => Ports = fromEnvironment) =>
  async (input: unknown): Promise<Answer> => {
    const event = taskEventSchema.parse(input);
    if (!own.includes(event.use)) {
      throw new OperationError({
        code: 'notThisHandler',
        path: 'use',
        got: event.use,
        expected: own.join(', '),
        fix: 'call the handler of the role that has this use case',
      });
    }
    return USE_CASE_FUNCTIONS[event.use](event, wire(event));
  };

/** The ports that the function's environment names. */
export const fromEnvironment = (event: TaskEvent): Ports => awsPorts(awsEnvSchema.parse(process.env), event);
