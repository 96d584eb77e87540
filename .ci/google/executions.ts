// Executes workflows as deployed, with a failure in each of them: executions.ts PYTHON [--brief] [FILTER]
// --brief makes every twelfth of the tasks and of the calls fail, each in one of the manners.
import { callCases } from '../../test/google/execution/cases/calls';
import { incidentCases } from '../../test/google/execution/cases/incidents';
import { pipelineCases } from '../../test/google/execution/cases/pipeline';
import { promotionCases } from '../../test/google/execution/cases/promotion';
import { retrainingCases } from '../../test/google/execution/cases/retraining';
import { situationCases } from '../../test/google/execution/cases/situations';
import { smokeCases } from '../../test/google/execution/cases/smoke';
import { stepCases } from '../../test/google/execution/cases/steps';
import { stoppedCases } from '../../test/google/execution/cases/stopped';
import { latencyCases, strategyCases } from '../../test/google/execution/cases/strategies';
import { trainingBlockCases } from '../../test/google/execution/cases/training-block';
import { PythonEngine } from './python-engine';

/** Worlds at a time: the emulator and the handlers take turns. */
const AT_A_TIME = 2;

const EVERY = 12;
const EACH = /each (call|task)/;

async function main([python = 'python3', ...rest]: string[]): Promise<number> {
  const isBrief = rest.includes('--brief');
  const filter = rest.find((one) => one !== '--brief') ?? '';
  const engine = new PythonEngine(python);
  const cases = [
    ...strategyCases,
    ...latencyCases,
    ...stepCases,
    ...callCases,
    ...situationCases,
    ...pipelineCases,
    ...trainingBlockCases,
    ...smokeCases,
    ...retrainingCases,
    ...incidentCases,
    ...stoppedCases,
    ...promotionCases,
  ]
    .filter(({ row }, place) => !isBrief || !EACH.test(row) || place % EVERY === 0)
    .filter(({ row, title }) => `${row} / ${title}`.includes(filter));
  const rows = new Map<string, number>();
  const findings: string[] = [];
  const queue = [...cases];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { row, title, run } = next;
      rows.set(row, (rows.get(row) ?? 0) + 1);
      const finding = await run(engine).then(
        () => undefined,
        (error: Error) => `${row} / ${title}: ${error.stack}`,
      );
      if (finding !== undefined) findings.push(finding);
      if (process.env['TRACE'] !== undefined) console.error(finding ?? `ok: ${row} / ${title}`);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  engine.stop();
  for (const finding of findings) console.log(finding);
  for (const [row, count] of rows) console.log(`${String(count).padStart(4)}  ${row}`);
  console.log(`${cases.length} executions, ${findings.length} finding(s)`);
  return findings.length === 0 ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
