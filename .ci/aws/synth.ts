// Synthesises definitions twice, compares the bytes, and writes the templates below a folder: synth.ts OUT FILE…
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { synthAws } from '../../src/aws';
import { loadPlatform } from '../../src/definition/load';

const [out = '', ...files] = process.argv.slice(2);

async function main(): Promise<void> {
  for (const file of files) {
    const definition = await loadPlatform(file);
    const name = `${basename(dirname(file))}-${basename(file).replace(/\.\w+$/, '')}`;
    const [first, second] = [join(out, name), join(out, `${name}-again`)];
    const { files: written, stacks } = await synthAws(definition, { outDir: first });
    const again = await synthAws(definition, { outDir: second });
    if (written.join() !== again.files.join()) throw new Error(`${file}: two syntheses write different files`);
    for (const one of written) {
      if (!readFileSync(join(first, one)).equals(readFileSync(join(second, one)))) {
        throw new Error(`${file}: two syntheses differ in ${one}`);
      }
    }
    console.log(`${file}: ${stacks.join(', ')}; ${written.length} files, twice the same bytes`);
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
