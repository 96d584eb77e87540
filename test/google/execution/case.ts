import assert from 'node:assert/strict';
import type { Engine } from './engine';
import { type Deployed, deployedBy } from './template';
import type { Answers } from './traffic';
import { World } from './world';

/** One execution, or a few of them, and what has to be so afterwards. */
export interface Case {
  /** Row of the table in docs/reliability.md. */
  readonly row: string;
  readonly title: string;
  readonly run: (engine: Engine) => Promise<void>;
}

export const analysis = { every: '5m', minRequests: 150 };
export const STRATEGIES = {
  canary: { strategy: 'canary', steps: [{ percent: 10, hold: '15m' }], finalHold: '20m', analysis },
  linear: { strategy: 'linear', linear: { stepPercent: 50, hold: '10m' }, finalHold: '15m', analysis },
  blueGreen: { strategy: 'blueGreen', finalHold: '15m', analysis },
  allAtOnce: { strategy: 'allAtOnce', finalHold: '15m', analysis },
} as const;
export type Strategy = keyof typeof STRATEGIES;
export const NAMES = Object.keys(STRATEGIES) as Strategy[];

const templates = new Map<Strategy, Promise<Deployed>>();

/** The template of a strategy, synthesised once. */
export function template(strategy: Strategy): Promise<Deployed> {
  const found = templates.get(strategy) ?? deployedBy(STRATEGIES[strategy]);
  templates.set(strategy, found);
  return found;
}

let smoke: Promise<Deployed> | undefined;

/** A template whose gate asks how fast a candidate answers. */
export function smokeTemplate(): Promise<Deployed> {
  smoke ??= deployedBy(STRATEGIES.allAtOnce, { serving: { maxLatencyP99: '200ms', smokeRows: 20 } });
  return smoke;
}

/** A case in a project whose first version serves and whose second one is registered. */
export function withChampion(
  strategy: Strategy,
  { row, title, answers }: { readonly row: string; readonly title: string; readonly answers?: Answers },
  run: (world: World) => Promise<void>,
): Case {
  return {
    row,
    title: `${strategy}: ${title}`,
    run: async (engine) => {
      const world = await World.withChampion(await template(strategy), engine, answers);
      await run(world).finally(() => world.close());
    },
  };
}

/** A case in a project in which nothing was ever released. */
export function inEmptyProject(
  { row, title }: { readonly row: string; readonly title: string },
  run: (world: World) => Promise<void>,
): Case {
  return {
    row,
    title,
    run: async (engine) => {
      const world = await World.open(await template('canary'), engine);
      await run(world).finally(() => world.close());
    },
  };
}

/** The parts that are named are equal; others may be anything. */
export function expectMatch(got: object, wanted: object, about: unknown = ''): void {
  const named = Object.fromEntries(Object.keys(wanted).map((key) => [key, (got as Record<string, unknown>)[key]]));
  assert.deepEqual(named, wanted, about === '' ? undefined : `${difference(named, wanted)} ${JSON.stringify(about)}`);
}

const difference = (got: object, wanted: object): string =>
  Object.entries(wanted)
    .filter(([key, value]) => JSON.stringify((got as Record<string, unknown>)[key]) !== JSON.stringify(value))
    .map(
      ([key, value]) =>
        `${key}: ${JSON.stringify((got as Record<string, unknown>)[key])}, not ${JSON.stringify(value)};`,
    )
    .join(' ');

const QUIET = { status: 'ready', lockedBy: null, chainHolds: true, twice: [] };

export const CHAMPION_STAYS = {
  ...QUIET,
  live: { 1: 100 },
  aliases: { champion: '1', challenger: null, previous: null },
  catalogued: ['champion v1', 'v2'],
};
export const PROMOTED = {
  ...QUIET,
  live: { 2: 100 },
  aliases: { champion: '2', challenger: null, previous: '1' },
  catalogued: ['previous v1', 'champion v2'],
  challengerState: 'released',
};
