import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { synthAws } from '../../src/aws';
import { definitions } from './support/definition';
import './support/stacks';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'synth-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('one stack an environment, nothing looked up, nothing of this machine in the files', async () => {
  const { files, stacks } = await synthAws(definitions.scale, { outDir: folder });
  expect(stacks).toEqual(['acme-staging', 'acme-production']);
  expect(files).toEqual(
    expect.arrayContaining(['acme-staging.template.json', 'acme-production.template.json', 'manifest.json']),
  );
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  expect(manifest.missing).toBeUndefined();
  expect(manifest.artifacts['acme-production']).toMatchObject({ environment: 'aws://222222222222/eu-central-1' });
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    expect(readFileSync(join(folder, file), 'utf8')).not.toContain(process.cwd());
  }
});

test('an environment without an aws block gives one stack for any account', async () => {
  const { stacks } = await synthAws(definitions.foundation, { outDir: folder });
  expect(stacks).toEqual(['acme-production']);
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  expect(manifest.artifacts['acme-production']).toMatchObject({ environment: 'aws://unknown-account/unknown-region' });
});

test('an environment that is not there is named with those that are', async () => {
  await expect(synthAws(definitions.scale, { outDir: folder, environment: 'prod' })).rejects.toThrow(
    /got "prod", expected one of staging, production/,
  );
});
