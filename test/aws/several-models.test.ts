import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { synthAws } from '../../src/aws';
import { loadPlatform } from '../../src/definition/load';
import {
  RESOURCES_OF_MODEL,
  RESOURCES_OF_STACK,
  RESOURCES_SHARED,
} from '../../src/plan/findings/models-in-one-stack-on-aws';

interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties?: object }>>;
  readonly Parameters?: Readonly<Record<string, unknown>>;
}

const EXAMPLE = resolve(__dirname, '../../examples/bike-share/platform.yaml');
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** The example with so many models, and its templates by file. */
async function synthesised(count: number, nestModels: boolean): Promise<Record<string, Template>> {
  const { models, ...rest } = await loadPlatform(EXAMPLE);
  const definition = {
    ...rest,
    models: Object.fromEntries(Array.from({ length: count }, (_, place) => [`demand${place}`, models['demand']])),
  };
  const outDir = mkdtempSync(join(tmpdir(), 'mlp-models-'));
  folders.push(outDir);
  await synthAws(definition, { outDir, nestModels });
  const files = readdirSync(outDir).filter((file) => file.endsWith('.template.json'));
  return Object.fromEntries(
    files.map((file) => [file, JSON.parse(readFileSync(join(outDir, file), 'utf8')) as Template]),
  );
}

const sizes = (templates: Record<string, Template>): number[] =>
  Object.values(templates).map(({ Resources }) => Object.keys(Resources).length);

/** Logical ids that a resource names. */
function namedBy(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(namedBy);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'Ref' || key === 'DependsOn') return [inner].flat() as string[];
    if (key === 'Fn::GetAtt') return [(inner as string[])[0]!];
    if (key === 'Fn::Sub') return [...JSON.stringify(inner).matchAll(/\$\{([A-Za-z0-9]+)/g)].map(([, id]) => id!);
    return namedBy(inner);
  });
}

/** Whether resources wait for each other in a circle. */
function hasCircle({ Resources }: Template): boolean {
  const open = new Map(Object.entries(Resources).map(([id, one]) => [id, new Set(namedBy(one))]));
  for (;;) {
    const ready = [...open].filter(([, needs]) => [...needs].every((need) => !open.has(need)));
    if (ready.length === 0) return open.size > 0;
    for (const [id] of ready) open.delete(id);
  }
}

test('two models stand in one stack an environment, in every graph of the dashboards, within what the finding says', async () => {
  const templates = await synthesised(2, false);
  expect(Object.keys(templates)).toHaveLength(2);
  for (const size of sizes(templates)) expect(size).toBeLessThanOrEqual(RESOURCES_SHARED + 2 * RESOURCES_OF_MODEL);
  for (const { Resources } of Object.values(templates)) {
    const [service] = Object.values(Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Dashboard');
    const body = JSON.stringify(service);
    for (const id of ['blueDemand0', 'greenDemand0', 'blueDemand1', 'greenDemand1']) expect(body).toContain(id);
  }
}, 120_000);

test('a nested stack a model takes any number of them, and no stack waits for itself', async () => {
  const templates = await synthesised(4, true);
  const nested = Object.keys(templates).filter((file) => file.endsWith('.nested.template.json'));
  // Four models in two environments.
  expect(nested).toHaveLength(8);
  expect(Math.max(...sizes(templates))).toBeLessThan(RESOURCES_OF_STACK / 2);
  for (const [file, template] of Object.entries(templates)) {
    expect([file, hasCircle(template)]).toEqual([file, false]);
    if (nested.includes(file)) continue;
    const stacks = Object.values(template.Resources).filter(({ Type }) => Type === 'AWS::CloudFormation::Stack');
    expect(stacks).toHaveLength(4);
    // What one gives to another goes by way of the stack around them: each parameter has its value.
    for (const { Properties } of stacks) {
      const { Parameters = {} } = Properties as { readonly Parameters?: object };
      const asked = Object.keys(Parameters);
      const own = nested.filter(
        (one) =>
          Object.keys(templates[one]!.Parameters ?? {})
            .sort()
            .join() === asked.sort().join(),
      );
      expect(own.length).toBeGreaterThan(0);
    }
  }
}, 180_000);
