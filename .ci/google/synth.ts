// Synthesises definitions for Google Cloud: synth.ts OUT FILE…
import { basename, dirname, join } from 'node:path';
import { loadPlatform } from '../../src/definition/load';
import { synthGoogle } from '../../src/google/synth';

const nameOf = (file: string): string =>
  basename(file).startsWith('platform.') ? basename(dirname(file)) : basename(file).replace(/\.[^.]+$/, '');

async function main([out = '', ...files]: string[]): Promise<void> {
  for (const file of files) {
    const { stacks } = await synthGoogle(await loadPlatform(file), { outDir: join(out, nameOf(file)) });
    console.log(`${nameOf(file)}: ${stacks.join(', ')}`);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
