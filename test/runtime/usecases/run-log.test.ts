import { planPlatform } from '../../../src/plan/plan-platform';
import { type Ports, USE_CASE_FUNCTIONS } from '../../../src/runtime/usecases';
import { noteRunEnd } from '../../../src/runtime/usecases/run-log';
import { scale } from '../../support/definitions';
import { memoryWorld, START } from './world';

const DAY = 86_400;
const SAID = 'models.demand.monitoring.pipelineSuccess';

test('the share of runs is of the whole window that was asked for, however long: 30 days are no 24 hours', async () => {
  const { pipeline } = planPlatform(scale({ [SAID]: { minPercent: 90, window: '30d' } })).models['demand']!;
  const alarm = pipeline.alarms.find(({ kind }) => kind === 'pipelineSuccess')!;
  const last = pipeline.graph.steps.find((step) => step.kind === 'task' && step.use === 'recordFailure')!;
  const fixed = (last as unknown as { readonly arguments: Readonly<Record<string, never>> }).arguments;
  const world = memoryWorld();
  const share = async (run: string, day: number, succeeded: boolean) =>
    (await noteRunEnd(world, { run, arguments: fixed }, succeeded, START + day * DAY)).map(({ name, value }) => [
      name,
      value,
    ]);
  const told = (percent: number) => [[alarm.metric.name, percent]];
  for (let run = 1; run <= 18; run++) expect(await share(`run-${run}`, run, true)).toEqual(told(100));
  // 19 of 20 and 90 % are well enough; a failure alone in its day would be 0 %.
  expect(await share('run-19', 20, false)).toEqual(told((100 * 18) / 19));
  expect(await share('run-20', 22, false)).toEqual(told(90));
  expect(90 < alarm.threshold).toBe(false);
  expect(await share('run-21', 24, false)).toEqual(told((100 * 18) / 21));
  expect((100 * 18) / 21 < alarm.threshold).toBe(true);
  // A call that is made again counts once; what is older than the window no more.
  expect(await share('run-21', 24, false)).toEqual(told((100 * 18) / 21));
  expect(await share('run-22', 53, true)).toEqual(told(50));
});

test('a run that was stopped is told no window, and counts in the one of the runs before', async () => {
  const world = memoryWorld();
  const stop = (run: string) =>
    USE_CASE_FUNCTIONS.recordFailure(
      {
        use: 'recordFailure',
        step: 'stopped',
        run,
        arguments: { model: 'm' },
        state: { startedBy: 'ann', error: { step: 'run', message: 'somebody has stopped the run' } },
      },
      world as unknown as Ports,
    );
  await stop('a');
  expect(world.metrics.points.map(({ name }) => name)).not.toContain('PipelineSuccessPercent');
  await noteRunEnd(world, { run: 'b', arguments: { successWindowSeconds: DAY } }, true, START);
  await stop('c');
  expect(world.metrics.points).toContainEqual(expect.objectContaining({ name: 'PipelineSuccessPercent', value: 50 }));
});
