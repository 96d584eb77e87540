import { planPlatform } from '../../../src/plan/plan-platform';
import { definitions } from '../support/definition';
import { PipelineWorld, pipelineController } from './pipeline-world';

const DAY = 86_400;

/** Ages of the newest event that were logged, in seconds. */
const ages = (): number[] =>
  (console.log as jest.Mock).mock.calls
    .flat()
    .filter((line) => typeof line === 'string' && line.includes('"DataAge"'))
    .map((line) => (JSON.parse(line) as { readonly DataAge: number }).DataAge);

test('a version that serves and that nobody asks has data as old as the first look; then as old as the newest request', async () => {
  const world = await PipelineWorld.open(pipelineController());
  try {
    const [drift] = planPlatform(definitions.core).models['churn']!.drift!.jobs;
    const look = (requests: number) =>
      world.watch({ use: drift!.use, step: 'drift', run: 'drift', arguments: drift!.arguments }, requests);
    await look(0);
    expect(ages()).toEqual([]);
    await world.withChampion();
    await look(0);
    world.time.pass(3 * DAY);
    await look(0);
    expect(ages()).toEqual([0, 3 * DAY]);
    await look(500);
    // The newest one was asked a minute ago.
    expect(ages().at(-1)).toBe(60);
  } finally {
    await world.close();
  }
});
