import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthGoogle } from '../../src/google';
import { SCALE } from './support/examples';
import { DOLLAR, handlerBundles } from './support/synth-stack';

const folder = (): string => mkdtempSync(join(tmpdir(), 'mlp-synth-'));
const handlers = handlerBundles();
const read = (out: string, stack: string): string => readFileSync(join(out, 'stacks', stack, 'cdk.tf.json'), 'utf8');
const NO_PLACE = { ...SCALE, environments: [{ name: 'production' }] };
const STAGED = {
  ...SCALE,
  environments: [
    { name: 'staging', google: { project: 'bikes-staging', region: 'europe-west3' } },
    { name: 'elsewhere', aws: { account: '111111111111', region: 'eu-central-1' } },
    { name: 'production', approval: 'manual', google: { project: 'bikes-prod', region: 'europe-west1' } },
  ],
  models: {
    demand: {
      ...SCALE.models.demand,
      data: {
        ...SCALE.models.demand.data,
        source: { google: 'bq://bikes-prod.demand.hourly', aws: 's3://bikes/hourly/' },
      },
    },
  },
};

test('one stack an environment on Google Cloud, in its project and region, with approval where it is manual', async () => {
  const out = folder();
  const { stacks, files } = await synthGoogle(STAGED, { outDir: out, handlers });
  expect(stacks).toEqual(['bikes-staging', 'bikes-production']);
  expect(files).toEqual(
    expect.arrayContaining(['stacks/bikes-staging/cdk.tf.json', 'stacks/bikes-production/cdk.tf.json']),
  );
  const [staging, production] = stacks.map((stack) => JSON.parse(read(out, stack)));
  expect([staging.provider.google, production.provider.google]).toEqual([
    [{ project: 'bikes-staging', region: 'europe-west3' }],
    [{ project: 'bikes-prod', region: 'europe-west1' }],
  ]);
  const approval = (template: { resource: { google_cloudbuild_trigger: object } }): unknown =>
    Object.values(template.resource.google_cloudbuild_trigger).map((one) => one.approval_config);
  expect([approval(staging), approval(production)]).toEqual([
    [{ approval_required: false }],
    [{ approval_required: true }],
  ]);
  expect((await synthGoogle(STAGED, { outDir: folder(), handlers, environment: 'production' })).stacks).toEqual([
    'bikes-production',
  ]);
});

test('the same bytes wherever it is written: no backend, no path, no clock', async () => {
  const [one, two] = [folder(), folder()];
  const { files } = await synthGoogle(SCALE, { outDir: one, handlers });
  await synthGoogle(SCALE, { outDir: two, handlers });
  for (const file of files) expect(readFileSync(join(one, file)).equals(readFileSync(join(two, file)))).toBe(true);
  const text = read(one, 'bikes-production');
  expect(JSON.parse(text).terraform).not.toHaveProperty('backend');
  expect(text).not.toContain(one);
  expect(text).not.toContain(tmpdir());
});

test('every bundle that a function is made of is in the output', async () => {
  const out = folder();
  const { files } = await synthGoogle(SCALE, { outDir: out, handlers });
  const objects = Object.values(JSON.parse(read(out, 'bikes-production')).resource.google_storage_bucket_object) as {
    source?: string;
  }[];
  const sources = objects.flatMap(({ source }) => (source === undefined ? [] : [`stacks/bikes-production/${source}`]));
  expect(sources).toHaveLength(4);
  for (const source of sources) expect(files).toContain(source);
});

test('a definition that names no place gives one stack with variables', async () => {
  const out = folder();
  const { stacks } = await synthGoogle(NO_PLACE, { outDir: out, handlers });
  expect(stacks).toEqual(['bikes-production']);
  const template = JSON.parse(read(out, 'bikes-production'));
  expect(Object.keys(template.variable)).toEqual(['project', 'region']);
  const names = Object.values(template.resource.google_storage_bucket as Record<string, { name: string }>).map(
    (one) => one.name,
  );
  for (const name of names) {
    expect(name).toMatch(/^\$\{var\.project\}-[a-z0-9-]+$/);
    // A project's id has at most 30 characters, a bucket's name 63.
    expect(name.replace(`${DOLLAR}{var.project}`, 'p'.repeat(30)).length).toBeLessThanOrEqual(63);
  }
});

test('an environment that is not there is named with those that are', async () => {
  await expect(synthGoogle(STAGED, { outDir: folder(), handlers, environment: 'nowhere' })).rejects.toThrow(
    /staging, elsewhere, production/,
  );
});

test('the engine is imported in one place', () => {
  const root = join(__dirname, '../../src/google');
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name));
  const importers = files.filter((file) => /from 'cdktf(\/|')/.test(readFileSync(file, 'utf8')));
  expect(importers).toEqual([join(root, 'support/cdktf.ts')]);
});
