import { z } from 'zod';
import { count, duration, durationOrZero, finite, percent, severity, text } from '../../definition/values';
import { ALARM_KINDS } from '../../kernel/alarm-kinds';
import type { DeepReadonly } from '../../kernel/readonly';
import { MECHANISM_IDS } from './mechanisms';

/** When a fault begins, from the begin of the scenario, and how long it lasts; to the end where nothing is said. */
const span = { at: durationOrZero.default('0s'), for: duration.optional() };
const ofRequests = percent.default(100).meta({ description: 'percent of the rows or requests that it touches' });
const columnName = text
  .optional()
  .meta({ description: 'a feature; the first critical one, else the first numeric one, where nothing is said' });

const fault = <K extends string, S extends z.ZodRawShape>(kind: K, describe: string, shape: S) =>
  z.strictObject({ kind: z.literal(kind), ...span, ...shape }).meta({ description: describe });

/** What goes wrong. A fault changes what the platform sees, never how it decides. */
export const faultSchema = z.discriminatedUnion('kind', [
  // Data: rows of the feed.
  fault(
    'covariateShift',
    'a feature moves by this many of its standard deviations; labels follow the features as before',
    {
      column: columnName,
      by: finite.default(2),
    },
  ),
  fault('columnRotation', 'the values of the numeric features are handed on by one column; names and types stay', {}),
  fault('missingColumn', 'a feature arrives empty', { column: columnName, percent: ofRequests }),
  fault(
    'conceptShift',
    'the features stay, and the label follows them otherwise: 2 turns the relation round, 0 changes nothing',
    {
      by: finite.default(2),
    },
  ),
  fault('staleFeed', 'no events arrive', {}),
  fault('duplicateEvents', 'events and their rows are delivered twice', { percent: ofRequests }),
  fault('lateEvents', 'events arrive later than they happened', { by: duration, percent: ofRequests }),
  fault('lateLabels', 'labels come this much later than the definition promises', {
    by: duration,
    percent: ofRequests,
  }),
  fault(
    'earlyLabels',
    'some labels are written before they are due, and are wrong: what is not yet known counts as the lowest value',
    {
      percent: ofRequests,
    },
  ),
  fault('clockSkew', 'the clients’ clocks are wrong by this many seconds (positive: fast)', { seconds: finite }),
  // Traffic.
  fault('noTraffic', 'no requests but the events of the feed arrive', {}),
  fault('flashCrowd', 'so many times the usual requests arrive, and servers slow down under it', {
    times: finite.gt(1, 'a number above 1').default(20),
  }),
  fault('serviceErrors', 'every version fails on this percent of requests', { percent: percent.default(20) }),
  fault('serviceLatency', 'every version answers slower by this percent', { percent: finite.default(400) }),
  // The challenger: versions that were trained after the fault began.
  fault('challengerErrors', 'new versions fail on this percent of requests', { percent: percent.default(10) }),
  fault('challengerLatency', 'new versions answer slower by this percent', { percent: finite.default(200) }),
  fault(
    'challengerAnswers',
    'new versions answer otherwise when they serve: moved by this many standard deviations of the label',
    {
      by: finite.default(3),
    },
  ),
  // Training and artifacts.
  fault('weakCandidate', 'the trainer sees labels with this share of them shuffled', { percent: percent.default(80) }),
  fault('trainerCrash', 'the trainer ends with an error', {}),
  fault('brokenArtifact', 'the model that the trainer wrote does not load', {}),
  fault('tamperedArtifact', 'somebody changes the artifact between registration and release', {}),
  // Providers and events.
  fault('providerErrors', 'the provider refuses to tell traffic and latency', { percent: ofRequests }),
  fault('silentTraffic', 'the endpoint accepts a change of traffic and does not carry it out', {}),
  fault('duplicateTriggers', 'each reason to retrain is delivered so many times at once', {
    times: count(2).default(3),
  }),
]);
export type Fault = DeepReadonly<z.output<typeof faultSchema>>;
export type FaultKind = Fault['kind'];

/** How soon: a duration, or so many runs of the monitor that looks (so that a scenario fits every definition). */
const within = z.union(
  [duration, z.strictObject({ driftWindows: count(1) }), z.strictObject({ qualityWindows: count(1) })],
  'a duration, { driftWindows: n } or { qualityWindows: n } (runs of that monitor)',
);
export type Within = DeepReadonly<z.output<typeof within>>;

const range = { min: finite.optional(), max: finite.optional() };
const expectation = <K extends string, S extends z.ZodRawShape>(kind: K, describe: string, shape: S) =>
  z.strictObject({ kind: z.literal(kind), ...shape }).meta({ description: describe });

/** What has to be so when the scenario is over. Times count from the begin of the first fault, or of the scenario without one. */
export const expectationSchema = z.discriminatedUnion('kind', [
  expectation('alarm', 'an alarm of this kind rings, in time', {
    alarm: z.enum(ALARM_KINDS),
    within: within.optional(),
  }),
  expectation('noAlarm', 'no alarm of this kind rings after the first fault', { alarm: z.enum(ALARM_KINDS) }),
  expectation('notifications', 'so many people are told, by severity', { severity, ...range }),
  expectation('pages', 'so many pages are sent after the first fault', range),
  expectation('champion', 'the version that served when the first fault began still does, or another does', {
    is: z.enum(['unchanged', 'replaced']),
  }),
  expectation(
    'championTraffic',
    'percent of live traffic that the champion of the registry has at the end, as the endpoint says',
    {
      percent,
    },
  ),
  expectation('retrains', 'training runs that decisions started after the first fault', range),
  expectation('decision', 'a retraining decision with this action, and code if given', {
    action: z.enum(['retrain', 'skip', 'defer', 'escalate']),
    code: text.optional(),
    ...range,
  }),
  expectation('released', 'versions that were promoted after the first fault', range),
  expectation('rolledBack', 'releases that were taken back after the first fault', range),
  expectation(
    'run',
    'runs of a workflow that began after the first fault and ended so; `reason` is part of what they say',
    {
      workflow: z.enum(['pipeline', 'release']),
      outcome: z.enum(['succeeded', 'failed', 'running']),
      reason: text.optional(),
      ...range,
    },
  ),
  expectation('quality', 'a metric of the answers that clients got in the last part of the scenario', {
    metric: text,
    over: duration.default('7d'),
    ...range,
  }),
]);
export type Expectation = DeepReadonly<z.output<typeof expectationSchema>>;

/** What a person or CI does during the scenario. */
export const actionSchema = z.strictObject({
  at: durationOrZero,
  do: z.enum(['train', 'trainTwice']).meta({
    description:
      'train: start a training run, as CI does; trainTwice: two at once, so that two versions ask for a release',
  }),
});

/** A rehearsal: traffic, what goes wrong when, and what has to have happened at the end. */
export const scenarioSchema = z.strictObject({
  version: z.literal(1).default(1).meta({ description: 'of this format' }),
  name: z
    .string('a name')
    .regex(/^[a-z][a-z0-9-]*[a-z0-9]$/, 'a name such as column-rotation')
    .meta({ description: 'lower-case letters, digits and dashes; that of a shipped scenario is its file’s' }),
  title: text.meta({ description: 'what happens, in a sentence' }),
  tests: z
    .enum(MECHANISM_IDS)
    .optional()
    .meta({ description: 'the mechanism that the scenario shows to work; `mlp drill --without` switches it off' }),
  model: text.optional().meta({ description: 'the model that is rehearsed; the first one where nothing is said' }),
  seed: z.int('a whole number').default(1).meta({ description: 'of everything that is drawn' }),
  history: duration.default('60d').meta({ description: 'how much data had arrived before it begins' }),
  duration: duration.meta({ description: 'how long it lasts, in virtual time' }),
  traffic: z
    .strictObject({
      eventsPerDay: count(1).optional().meta({
        description: 'events that are captured; enough for every window of the definition where nothing is said',
      }),
      requestsPerMinute: count(0).optional().meta({
        description: 'requests while a release holds and while faults of traffic last; the definition’s, else 600',
      }),
    })
    .prefault({}),
  labels: z
    .strictObject({
      delay: durationOrZero.optional().meta({
        description: 'how long after its event a label is known; the definition’s where nothing is said',
      }),
    })
    .prefault({}),
  with: z.record(z.string(), z.json()).default({}).meta({
    description: 'changes of the model’s definition for this rehearsal, as a JSON merge patch (RFC 7396)',
  }),
  actions: z.array(actionSchema).default([]).meta({
    description: 'what a person or CI does during it: { at, do: train }, or { at, do: trainTwice }: two at once',
  }),
  faults: z.array(faultSchema).default([]).meta({ description: 'what goes wrong, and when' }),
  expect: z
    .array(expectationSchema)
    .min(1, 'at least one expectation')
    .meta({ description: 'what has to be so when it is over' }),
});
export type Scenario = DeepReadonly<z.output<typeof scenarioSchema>>;
export type ScenarioInput = z.input<typeof scenarioSchema>;
