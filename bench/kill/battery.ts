import type { Random } from '../../src/runtime/core/statistics/random';
import { checkFolder } from './check-folder';
import { checkProgress } from './check-progress';
import { type Left, readFolder } from './folder';
import { momentText, nextMoment, phaseOf } from './moments';
import { compareStories, type Story, storyOf } from './story';
import { survivors } from './survivors';
import { type TinyWorld, tinyWorld } from './tiny-world';
import { type Life, live } from './victim';

export interface Kill {
  readonly phase: string;
  /** The next start went on where this one was killed. */
  resumed: boolean;
}

export interface Violation {
  readonly kill: number;
  readonly world: number;
  readonly moment: string;
  readonly said: string;
  readonly found: string;
}

/** What a series of kills has come to. */
export interface Outcome {
  readonly kills: Kill[];
  readonly violations: Violation[];
  /** The same platforms without kills; one a platform that came to its end. */
  readonly stories: { readonly whole: Story; readonly killed: Story }[];
  decidedOtherwise: number;
}

export interface BatteryOptions {
  readonly bundle: string;
  readonly kills: number;
  readonly seed: number;
  /** Draws the moments. */
  readonly random: Random;
  /** Of hourly rows of each platform. */
  readonly days: number;
  readonly onKill?: (outcome: Outcome) => void;
}

/** Kills platforms until there were enough kills, one platform after the other, each to its end. */
export async function killMany(options: BatteryOptions): Promise<Outcome> {
  const outcome: Outcome = { kills: [], violations: [], stories: [], decidedOtherwise: 0 };
  for (let number = 0; outcome.kills.length < options.kills; number++) {
    await killOne(options, options.seed * 1000 + number, outcome);
  }
  return outcome;
}

/** One platform from its begin to its end, killed as often as it comes to it. */
async function killOne(options: BatteryOptions, seed: number, outcome: Outcome): Promise<void> {
  const { bundle, kills, random, days, onKill } = options;
  const world = tinyWorld(seed, days);
  const waiting: Kill[] = [];
  const told = new Set<string>();
  let before = await readFolder(world);
  try {
    for (;;) {
      const moment = outcome.kills.length < kills ? nextMoment(random) : null;
      const life = await live(bundle, world, moment);
      const text = moment === null ? 'left alone' : momentText(moment);
      const complain = (found: readonly string[]): void => {
        const said = life.lines.at(-1) ?? 'nothing';
        const kill = outcome.kills.length;
        // What is wrong stays wrong: it is told of the kill after which it was found first.
        const news = found.filter((one) => !told.has(one));
        for (const one of news) told.add(one);
        outcome.violations.push(...news.map((one) => ({ kill, world: seed, moment: text, said, found: one })));
      };
      if (life.end === 'killed') {
        const left = await survivors(world);
        if (left.length > 0) complain([`processes are left: ${left.join(', ')}`]);
      }
      const after = await readFolder(world);
      const resumed = openedAgain(life, before, waiting);
      const isReleasing = after.runs.some((run) => run.workflow === 'release' && run.outcome === 'running');
      if (life.end === 'killed') {
        const kill = { phase: phaseOf(life.lines, isReleasing), resumed: false };
        outcome.kills.push(kill);
        waiting.push(kill);
      }
      complain([...resumed, ...checkProgress(before, after), ...checkFolder(world, after)]);
      if (life.end === 'failed') complain([`it ended with an error: ${life.errors.trim()}`]);
      if (life.end === 'killed') onKill?.(outcome);
      if (life.end === 'over') complain(await checkEnd(bundle, world, life, after, outcome, seed, days));
      before = after;
      if (life.end !== 'killed') return;
    }
  } finally {
    world.remove();
  }
}

/** Whether a start goes on with what it found; kills that wait for it are resumed then. */
function openedAgain({ lines }: Life, before: Left, waiting: Kill[]): string[] {
  const opened = lines.find((line) => line.startsWith('opened '));
  if (opened === undefined) return [];
  const isNew = opened.includes('nothing here yet');
  if (isNew && before.progress !== null) return [`it does not go on: ‘${opened}’`];
  for (const kill of waiting.splice(0)) kill.resumed = true;
  return [];
}

async function checkEnd(
  bundle: string,
  world: TinyWorld,
  { lines }: Life,
  left: Left,
  outcome: Outcome,
  seed: number,
  days: number,
): Promise<string[]> {
  const said = lines.at(-1);
  const alone = tinyWorld(seed, days);
  try {
    const life = await live(bundle, alone, null);
    const whole = await readFolder(alone);
    if (life.end !== 'over') return [`left alone it ended with an error: ${life.errors.trim()}`];
    const story = { whole: storyOf(whole), killed: storyOf(left) };
    const { decidedOtherwise, problems } = compareStories(story.whole, story.killed);
    outcome.stories.push(story);
    outcome.decidedOtherwise += decidedOtherwise;
    return [
      ...(said === 'over done' ? [] : [`its end is ‘${said}’`]),
      ...(await survivors(world)).map((pid) => `process ${pid} is left at the end`),
      ...checkFolder(alone, whole).map((one) => `left alone: ${one}`),
      ...problems,
    ];
  } finally {
    alone.remove();
  }
}
