// What the checks of templates need to know of our own code, as JSON: schemas of what handlers read, their roles, metrics, grants.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { approvalDutiesSchema, taskEventSchema } from '../../src/contract/events';
import {
  alarmTableSchema,
  alertTriggerSchema,
  BUILD_OUTCOMES,
  BUILD_TOPIC,
  DECISION_ALIASES,
  deliverySourceSchema,
  googleDataSchema,
  googleEnvSchema,
  googleJobSchema,
  googleSmokeSchema,
  googleTrainingSchema,
  metricType,
  NOTIFICATION_LOG_FIELD,
  originSchema,
} from '../../src/contract/google';
import { METRICS, type MetricName } from '../../src/contract/metrics';
import { modelBudgetSchema } from '../../src/definition/budget';
import { dataSchema } from '../../src/definition/data';
import { evaluationSchema } from '../../src/definition/evaluation';
import { loadPlatform } from '../../src/definition/load';
import { qualitySchema } from '../../src/definition/monitoring';
import { releaseSchema } from '../../src/definition/release';
import { retrainingSchema } from '../../src/definition/retraining';
import { CAPTURE_FIELDS } from '../../src/google/canary-endpoint/capture-table';
import { LEDGER_FIELDS } from '../../src/google/model-registry/ledger-fields';
import { monitoringUnit } from '../../src/google/support/metric-source';
import { GRANTS_OF_ACTION } from '../../src/google/support/permissions';
import { METRIC_DIRECTIONS } from '../../src/kernel/metric-catalogue';
import { SEVERITIES } from '../../src/kernel/severity';
import { planPlatform } from '../../src/plan/plan-platform';

const root = join(__dirname, '..', '..');
const entrypoints = join(root, 'src', 'runtime', 'entrypoints', 'google');

const schema = (of: z.ZodType, io: 'input' | 'output'): unknown => z.toJSONSchema(of, { io, unrepresentable: 'any' });

/** Constructs write what a schema has parsed, so that nothing but its fields is there. */
const written = (of: z.ZodType): unknown => schema(of, 'output');

/** Sections of a definition as they stand in events: parsed once, and parsed again by the use case. */
const section = (of: z.ZodType): unknown => schema(of, 'input');

/** Use cases and paths of each role, as its entrypoint has them. */
function roles(): Record<string, { uses: string[]; routes: string[]; exports: string[] }> {
  const files = readdirSync(entrypoints).filter((file) => file.endsWith('.run.ts'));
  return Object.fromEntries(
    files.map((file) => {
      const text = readFileSync(join(entrypoints, file), 'utf8');
      const uses = /tasks\(\[([^\]]*)\]/.exec(text)?.[1] ?? '';
      const routes = [...text.matchAll(/'(\/[\w/]*)':/g)].map((one) => one[1] ?? '');
      const exports = [...text.matchAll(/export const (\w+)/g)].map((one) => one[1] ?? '');
      return [
        file.replace('.run.ts', ''),
        { uses: [...uses.matchAll(/'(\w+)'/g)].map((one) => one[1] ?? ''), routes, exports },
      ];
    }),
  );
}

/** Names of the fixed arguments that a step of a use case, or a job, has in every plan of the examples, by `use step` and by `use`. */
async function fixedArguments(): Promise<Record<string, string[]>> {
  const found: Record<string, Set<string>> = {};
  const note = (key: string, names: readonly string[]): void => {
    found[key] = new Set(found[key] === undefined ? names : names.filter((name) => found[key]?.has(name)));
  };
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const one = node as { use?: unknown; job?: unknown; id?: unknown; arguments?: unknown };
    const { use = one.job, id, arguments: fixed } = one;
    if (typeof use === 'string' && typeof fixed === 'object' && fixed !== null) {
      note(use, Object.keys(fixed));
      if (typeof id === 'string') note(`${use} ${id}`, Object.keys(fixed));
    }
    Object.values(node).forEach(walk);
  };
  const examples = join(root, 'examples');
  for (const name of readdirSync(examples).sort()) {
    const file = join(examples, name, 'platform.yaml');
    walk(planPlatform(await loadPlatform(file)));
  }
  return Object.fromEntries(Object.entries(found).map(([key, names]) => [key, [...names].sort()]));
}

async function main(): Promise<void> {
  const metrics = (Object.keys(METRICS) as MetricName[]).map((name) => [
    metricType(name),
    {
      unit: monitoringUnit(name),
      counts: METRICS[name].unit !== '1',
      labels: ['platform', 'model', ...METRICS[name].dimensions.map((one) => one.toLowerCase())],
    },
  ]);
  const facts = {
    environment: schema(googleEnvSchema, 'input'),
    // Variables that hold JSON, by the comments of the environment's schema.
    inEnvironment: {
      MLP_DATA: written(googleDataSchema),
      MLP_TRAINING: written(googleTrainingSchema),
      MLP_SMOKE: written(googleSmokeSchema),
      MLP_APPROVALS: written(approvalDutiesSchema),
      MLP_TRIGGER: written(alertTriggerSchema),
      MLP_ALARMS: written(alarmTableSchema),
      MLP_ORIGIN: written(originSchema),
      MLP_DELIVERY: written(deliverySourceSchema),
    },
    event: schema(taskEventSchema, 'input'),
    job: schema(googleJobSchema, 'input'),
    sections: {
      budget: section(modelBudgetSchema),
      data: section(dataSchema),
      evaluation: section(evaluationSchema),
      quality: section(qualitySchema),
      release: section(releaseSchema),
      retraining: section(retrainingSchema),
    },
    arguments: await fixedArguments(),
    roles: roles(),
    metrics: Object.fromEntries(metrics),
    qualities: Object.keys(METRIC_DIRECTIONS),
    severities: SEVERITIES,
    aliases: Object.values(DECISION_ALIASES),
    notification: NOTIFICATION_LOG_FIELD,
    builds: { topic: BUILD_TOPIC, statuses: Object.keys(BUILD_OUTCOMES) },
    capture: CAPTURE_FIELDS,
    ledger: LEDGER_FIELDS,
    grants: Object.values(GRANTS_OF_ACTION).flat(),
  };
  console.log(JSON.stringify(facts));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
