import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GoogleProvider } from '@cdktf/provider-google/lib/provider';
import { App, TerraformStack, Testing } from 'cdktf';
import { HANDLERS_CONTEXT } from '../../../src/google';

/** Bundles that stand in for the handlers: synthesis packs whatever is there. */
export function handlerBundles(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mlp-handlers-'));
  for (const role of ['pipeline', 'release', 'monitor', 'retraining']) {
    mkdirSync(join(folder, role));
    writeFileSync(join(folder, role, 'index.js'), `exports.handler = () => '${role}';\n`);
  }
  return folder;
}

let bundles: string | undefined;

/** A dollar sign, so that no test text looks like a forgotten template. */
export const DOLLAR = '$';

export type Attributes = { readonly [key: string]: unknown };
/** Resources of a template: type → id → attributes. */
export type Resources = Readonly<Record<string, Readonly<Record<string, Attributes>>>>;

/** A stack in project `acme-ml`, region `europe-west3`. */
export function stackOf(
  id = 'test',
  options: { readonly provider?: boolean; readonly handlers?: string } = {},
): TerraformStack {
  bundles ??= handlerBundles();
  const app: App = Testing.stubVersion(
    new App({
      stackTraces: false,
      outdir: mkdtempSync(join(tmpdir(), 'mlp-out-')),
      context: { [HANDLERS_CONTEXT]: options.handlers ?? bundles },
    }),
  );
  const stack = new TerraformStack(app, id);
  if (options.provider ?? true) new GoogleProvider(stack, 'google', { project: 'acme-ml', region: 'europe-west3' });
  return stack;
}

export const templateOf = (stack: TerraformStack): { readonly resource: Resources; readonly data: Resources } => ({
  data: {},
  ...JSON.parse(Testing.synth(stack)),
});
export const resourcesOf = (stack: TerraformStack): Resources => templateOf(stack).resource;

/** All resources of a type. */
export const all = (resources: Resources, type: string): Attributes[] => Object.values(resources[type] ?? {});
