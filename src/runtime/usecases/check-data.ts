import { dataSchema } from '../../definition/data';
import { toJson } from '../../kernel/json';
import type { Task } from '../../kernel/metric-catalogue';
import { decideDataChecks } from '../core/data-checks/decide';
import type { DataContext, LabelCount } from '../core/data-checks/facts';
import { quarantinePlan, settleQuarantine } from '../core/data-checks/quarantine';
import type { ReferenceProfile } from '../core/drift';
import {
  type CheckedTable,
  collectDataFacts,
  collectSplitFacts,
  foundColumns,
  quarantineStatements,
} from '../sql/data-checks';
import { answer } from './answer';
import { changeDocument } from './compare-and-swap';
import { compareWithAccepted, driftPolicy, profileTable } from './data-comparison';
import { readJson, writeJson } from './json-artifact';
import { artifactKeys, stateKeys } from './keys';
import type { UseCaseFunction } from './ports';
import { argumentNumber, argumentText, at, section } from './read-event';
import { splitQueries } from './split-queries';

/** What is remembered of data that were accepted: the newest is last. */
interface AcceptedData {
  readonly accepted: readonly { readonly run: string; readonly rows: number }[];
  readonly labels: readonly LabelCount[] | null;
}

const REMEMBERED = 20;

/**
 * Checks the data that have arrived, puts bad rows apart where the definition says so, and freezes the rows to train and
 * to test on. Answers the verdict with its reasons and, unless it is `fail`, where the frozen sets are.
 */
export const checkData: UseCaseFunction<
  'model' | 'artifacts' | 'state' | 'data' | 'sql' | 'dialect' | 'metrics' | 'clock'
> = async (event, ports) => {
  const { run } = event;
  const { artifacts, dialect, clock } = ports;
  const data = section(event, 'data', dataSchema);
  const task = argumentText<Task>(event, 'task');
  const split = {
    testPercent: argumentNumber(event, 'split.testPercent'),
    by: at(event.arguments, 'split.by') === 'random' ? ('random' as const) : ('time' as const),
    seed: argumentNumber(event, 'split.seed'),
  };
  const policy = driftPolicy(event.arguments['drift']);
  const now = clock.now();
  const query = (sql: string): Promise<Record<string, unknown>[]> => ports.sql.query(sql);
  const key = stateKeys.data(ports.model);
  const remembered = ((await ports.state.read(key))?.value ?? {
    accepted: [],
    labels: null,
  }) as unknown as AcceptedData;

  const table = await ports.data.table();
  const header = foundColumns(await query(dialect.describe(table)));
  const checked: CheckedTable = { source: { table, range: null }, data, header };
  const facts = await collectDataFacts(query, dialect, checked, {
    nowMs: now * 1000,
    knownLabels: remembered.labels?.map(({ label }) => label) ?? null,
    countLabels: task !== 'regression',
  });
  const previous = await previousProfile(ports.artifacts, remembered, run);
  const compared = previous && (await compareWithAccepted(ports, table, data, policy, previous));
  const context: DataContext = {
    task,
    nowMs: now * 1000,
    trailingRowCounts: remembered.accepted.filter((one) => one.run !== run).map(({ rows }) => rows),
    previousLabels: remembered.labels,
    split: null,
    identity: compared?.identity ?? null,
    distribution: compared?.distribution ?? null,
  };
  const first = decideDataChecks(facts, data, context);
  const names = header.map(({ name }) => name);
  let accepted = `SELECT ${names.map((name) => dialect.identifier(name)).join(', ')} FROM ${dialect.table(table)}`;
  let { verdict } = first;
  let quarantined = 0;
  if (verdict === 'quarantine') {
    const statements = quarantineStatements(dialect, checked, quarantinePlan(first, facts));
    accepted = statements.accepted;
    const apart = await ports.data.freeze(statements.quarantined, artifactKeys.quarantined(run));
    quarantined = apart.rows;
    verdict = settleQuarantine(facts, data, { acceptedRows: facts.rows - apart.rows, quarantinedRows: apart.rows });
  }
  const refuse = async (decision: typeof first) => {
    await writeJson(artifacts, artifactKeys.validation(run), { ...decision, verdict: 'fail', facts });
    return answer({ verdict: 'fail', reasons: decision.reasons, rows: facts.rows, startedAt: now });
  };
  await ports.metrics.emit(violations(first), now);
  if (verdict === 'fail' || !names.includes(data.timestamp)) return refuse(first);

  const queries = splitQueries(dialect, {
    accepted,
    columns: names,
    timestamp: data.timestamp,
    key: data.key !== undefined && names.includes(data.key) ? data.key : null,
    split,
  });
  const trainKey = artifactKeys.train(run, data.format);
  const testKey = artifactKeys.test(run);
  const train = await ports.data.freeze(queries.train, trainKey);
  const test = await ports.data.freeze(queries.test, testKey);
  const [trainTable, testTable] = [await ports.data.frozen(trainKey), await ports.data.frozen(testKey)];
  const parts = { train: await described(trainTable), test: await described(testTable) };
  const splitFacts = await collectSplitFacts(query, dialect, { ...parts, byTime: split.by === 'time' });
  const decision = decideDataChecks(facts, data, { ...context, split: splitFacts });
  if (decision.verdict === 'fail' && first.verdict !== 'fail') return refuse(decision);

  const profile = await profileTable(ports, trainTable, data, policy, train);
  await writeJson(artifacts, artifactKeys.profile(run), { inputs: profile, predictions: null });
  const spans = [await span(trainTable), await span(testTable)] as const;
  await writeJson(artifacts, artifactKeys.validation(run), { ...decision, verdict, facts, split: splitFacts });
  await changeDocument(ports.state, key, (value) => {
    const before = (value ?? { accepted: [] }) as unknown as Pick<AcceptedData, 'accepted'>;
    const others = before.accepted.filter((one) => one.run !== run);
    const list = [...others, { run, rows: facts.rows }].slice(-REMEMBERED);
    return { write: toJson({ accepted: list, labels: facts.labels }), answer: undefined };
  });
  return answer({
    verdict,
    reasons: decision.reasons,
    rows: facts.rows,
    quarantined,
    startedAt: now,
    checks: decision.checks.length,
    train: { key: trainKey, uri: train.uri, rows: train.rows, digest: train.digest, ...spans[0] },
    test: { key: testKey, uri: test.uri, rows: test.rows, digest: test.digest, ...spans[1] },
    evidence: artifacts.uri(artifactKeys.validation(run)),
  });

  async function described(name: readonly string[]): Promise<CheckedTable> {
    return { source: { table: name, range: null }, data, header: foundColumns(await query(dialect.describe(name))) };
  }

  async function span(name: readonly string[]): Promise<{ fromMs: number | null; toMs: number | null }> {
    const column = foundColumns(await query(dialect.describe(name))).find((one) => one.name === data.timestamp);
    const raw = dialect.identifier(data.timestamp);
    const instant = column?.family === 'text' ? dialect.toTimestamp(raw) : raw;
    const ms = (aggregate: string): string => dialect.epochMillis(`${aggregate}(${instant})`);
    const [row] = await query(`SELECT ${ms('MIN')} AS first_ms, ${ms('MAX')} AS last_ms FROM ${dialect.table(name)}`);
    const read = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value));
    return { fromMs: read(row?.['first_ms']), toMs: read(row?.['last_ms']) };
  }
};

/** Violations by rule, and of all rules together: an alarm watches one series, with exactly its dimensions. */
function violations({ checks }: ReturnType<typeof decideDataChecks>) {
  const of = (rule?: string): number =>
    checks
      .filter((one) => (rule === undefined || one.rule === rule) && one.verdict === 'violated')
      .reduce((sum, one) => sum + Math.max(1, one.violations), 0);
  const name = 'DataViolations' as const;
  return [
    { name, value: of(), dimensions: {} },
    ...[...new Set(checks.map(({ rule }) => rule))].map((rule) => ({
      name,
      value: of(rule),
      dimensions: { Rule: rule },
    })),
  ];
}

/** Profile of the newest data that were accepted by another run; null when there is none. */
async function previousProfile(
  artifacts: Parameters<typeof readJson>[0],
  remembered: AcceptedData,
  run: string,
): Promise<ReferenceProfile | null> {
  const last = remembered.accepted.filter((one) => one.run !== run).at(-1);
  if (last === undefined || (await artifacts.get(artifactKeys.profile(last.run))) === undefined) return null;
  const stored = await readJson(artifacts, artifactKeys.profile(last.run), 'the profile of accepted data');
  return (at(stored, 'inputs') ?? null) as unknown as ReferenceProfile | null;
}
