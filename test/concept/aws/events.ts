import { Cron } from 'croner';
import type { Json } from '../../../src/kernel/json';
import { placeOfUse } from '../world/schedule-order';
import type { AlarmChange } from './alarms';
import type { DeployedTemplate } from './template';

/** A call of a handler, or the start of a state machine. */
export interface Call {
  readonly arn: string;
  readonly input: Json;
}

interface Target {
  readonly Arn: string;
  readonly InputTransformer: {
    readonly InputPathsMap: Readonly<Record<string, string>>;
    readonly InputTemplate: string;
  };
}

/** EventBridge's rules: who is called when an alarm changes, with the input that the rule's transformer makes of the event. */
export function callsOnAlarm(template: DeployedTemplate, change: AlarmChange, id: string, at: number): Call[] {
  const event = {
    id,
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    resources: [change.arn],
    detail: {
      alarmName: change.name,
      state: { value: change.state, reason: change.reason, timestamp: new Date(at).toISOString() },
      previousState: { value: change.before },
    },
  };
  return template
    .all('AWS::Events::Rule')
    .filter(([, { EventPattern }]) => EventPattern !== undefined && matches(EventPattern, event))
    .flatMap(([, { Targets }]) => Targets as readonly Target[])
    .map(({ Arn, InputTransformer }) => ({ arn: Arn, input: transformed(InputTransformer, event) }));
}

/** An event matches when each field of the pattern has one of the values that it names. */
function matches(pattern: unknown, event: unknown): boolean {
  if (Array.isArray(pattern)) return [event].flat().some((value) => pattern.includes(value));
  if (typeof event !== 'object' || event === null) return false;
  return Object.entries(pattern as object).every(([field, inner]) =>
    matches(inner, (event as Record<string, unknown>)[field]),
  );
}

function transformed({ InputPathsMap, InputTemplate }: Target['InputTransformer'], event: object): Json {
  const values = Object.entries(InputPathsMap).map(([name, path]): [string, unknown] => [
    name,
    path
      .slice('$.'.length)
      .split('.')
      .reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], event),
  ]);
  const text = values.reduce(
    (filled, [name, value]) => filled.replaceAll(`<${name}>`, () => JSON.stringify(value)),
    InputTemplate,
  );
  return JSON.parse(text) as Json;
}

/** What is due by EventBridge Scheduler. `at`: milliseconds since the epoch. */
export interface Due {
  readonly at: number;
  readonly calls: readonly Call[];
}

/** The schedules of a template. */
export class Schedules {
  private readonly entries: readonly { readonly cron: Cron; readonly arn: string; readonly input: string }[];

  constructor(template: DeployedTemplate) {
    this.entries = template
      .all('AWS::Scheduler::Schedule')
      .map(([, { ScheduleExpression, ScheduleExpressionTimezone, Target }]) => {
        const { Arn, Input } = Target as { readonly Arn: string; readonly Input: string };
        const timezone = String(ScheduleExpressionTimezone);
        return {
          cron: new Cron(posix(String(ScheduleExpression)), { timezone, paused: true }),
          arn: Arn,
          input: Input,
        };
      })
      .sort((one, other) => place(one.input) - place(other.input));
  }

  /** The next instant after one at which something is due, and what. */
  next(after: number): Due {
    const upcoming = this.entries.map((entry) => ({ ...entry, at: entry.cron.nextRun(new Date(after))!.getTime() }));
    const at = Math.min(...upcoming.map((one) => one.at));
    const time = new Date(at).toISOString().replace('.000Z', 'Z');
    const calls = upcoming
      .filter((one) => one.at === at)
      .map(({ arn, input }) => ({
        arn,
        input: JSON.parse(input.replaceAll('<aws.scheduler.scheduled-time>', time)) as Json,
      }));
    return { at, calls };
  }
}

const place = (input: string): number => placeOfUse((JSON.parse(input) as { readonly use: string }).use);

/** `cron(minutes hours day-of-month month day-of-week year)` in five fields; Sunday is 1 there and 0 here. */
function posix(expression: string): string {
  const fields = /^cron\((.*) \*\)$/.exec(expression)?.[1]?.split(' ');
  if (fields?.length !== 5) throw new RangeError(`no schedule of EventBridge: ${expression}`);
  const [minutes, hours, days, months, week] = fields as [string, string, string, string, string];
  const weekDays = week.replace(/\d+/g, (day) => String(Number(day) - 1));
  return [minutes, hours, days, months, weekDays].map((field) => (field === '?' ? '*' : field)).join(' ');
}
