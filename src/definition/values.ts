import { z } from 'zod';
import { type Duration, durationSeconds, isDuration } from '../kernel/duration';
import { NAME_PATTERN } from '../kernel/names';
import type { DeepReadonly } from '../kernel/readonly';
import { parseCron } from '../kernel/schedule';
import { SEVERITIES } from '../kernel/severity';

/** What a field accepts, in words: shown as "expected" when it is violated, and as description in the JSON Schema. */
export const EXPECTED = {
  duration: 'a duration: a positive integer and ms, s, m, h or d, such as "15m"',
  percent: 'a percent, a number from 0 to 100',
  money: 'an amount of money, a finite number of 0 or more in `currency`',
  name: 'a name of two characters or more: lower-case letters, digits and dashes, starting with a letter, not ending with a dash',
  url: 'an https:// address',
} as const;

const durationText = z.templateLiteral([z.number(), z.enum(['ms', 's', 'm', 'h', 'd'])]);

const durationSchema = (allowZero: boolean) =>
  (z.string(EXPECTED.duration) as unknown as typeof durationText)
    .refine((text) => isDuration(text) && (allowZero || durationSeconds(text) > 0), { error: EXPECTED.duration })
    .meta({
      description: EXPECTED.duration,
      pattern: allowZero ? '^(0|[1-9]\\d*)(ms|s|m|h|d)$' : '^[1-9]\\d*(ms|s|m|h|d)$',
    });

/** A positive duration, kept as written. */
export const duration = durationSchema(false) as unknown as z.ZodType<Duration, Duration>;
/** A duration that may be `"0s"`: zero is a value. */
export const durationOrZero = durationSchema(true) as unknown as z.ZodType<Duration, Duration>;

export const percent = z
  .number(EXPECTED.percent)
  .min(0, EXPECTED.percent)
  .max(100, EXPECTED.percent)
  .meta({ description: EXPECTED.percent });
export const money = z.number(EXPECTED.money).min(0, EXPECTED.money).meta({ description: EXPECTED.money });
export const finite = z.number('a finite number');
export const count = (min = 0) =>
  z.int(`a whole number of ${min} or more`).min(min, `a whole number of ${min} or more`);
export const text = z.string('a text').min(1, 'a text that is not empty');
export const column = z.string('the name of a column').min(1, 'the name of a column');
export const url = z.string(EXPECTED.url).regex(/^https:\/\/[^\s/]+/, EXPECTED.url);
export const severity = z.enum(SEVERITIES);

export const name = (max: number) =>
  z.string(EXPECTED.name).regex(NAME_PATTERN, EXPECTED.name).max(max, `${EXPECTED.name}, at most ${max} characters`);

/** A scalar that a column or label can hold. */
export const scalar = z.union([z.string(), z.number(), z.boolean()], 'a text, a number or true/false');
export type Scalar = DeepReadonly<z.output<typeof scalar>>;

/** Where data lies on each target; at least one. */
export const locationSchema = z
  .strictObject({
    aws: z
      .string()
      .regex(/^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/.*)?$/, 's3://bucket/prefix')
      .optional(),
    google: z
      .string()
      .regex(
        /^(gs:\/\/[a-z0-9][a-z0-9._-]{1,61}[a-z0-9](\/.*)?|bq:\/\/[^./\s]+\.[^./\s]+\.[^./\s]+)$/,
        'gs://bucket/prefix or bq://project.dataset.table',
      )
      .optional(),
    local: z.string().min(1, 'a path, relative to the definition file').optional(),
  })
  .refine((location) => Object.values(location).some((value) => value !== undefined), {
    error: 'at least one of aws, google and local',
  });
export type Location = DeepReadonly<z.output<typeof locationSchema>>;

const cronSchema = z
  .strictObject({ cron: z.string(), timeZone: z.string().default('UTC') })
  .superRefine((schedule, context) => {
    try {
      parseCron(schedule.cron, schedule.timeZone);
    } catch (error) {
      const message = (error as Error).message;
      context.addIssue({
        code: 'custom',
        path: [message.startsWith('time zone') ? 'timeZone' : 'cron'],
        message: `a cron line of five fields that can fire; ${message}`,
      });
    }
  });

/** `{ every }` or `{ cron, timeZone }`. */
export const scheduleSchema = z.union(
  [z.strictObject({ every: duration }), cronSchema],
  'a schedule: { every: "1h" } or { cron: "0 3 * * 1", timeZone: "Europe/Berlin" }',
);

/** The commands of one stage of a build. */
export const commandsSchema = z.strictObject({
  /** Shell commands, in order; the first that fails ends the stage. */
  commands: z.array(text).min(1, 'at least one command'),
});
