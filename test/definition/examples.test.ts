import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPlatform } from '../../src/definition/load';
import { DefinitionError } from '../../src/kernel/problem';
import { planPlatform } from '../../src/plan/plan-platform';

const FOLDER = join(__dirname, '..', 'fixtures', 'definitions');

/** What a file's first comment says of it: problems at paths, a finding at a path, or nothing. */
function stated(text: string): { valid: boolean; problems: string[]; finding?: string } {
  const comment = text
    .split('\n')
    .filter((line, index, all) => line.startsWith('#') && all.slice(0, index).every((one) => one.startsWith('#')))
    .map((line) => line.replace(/^#\s*/, ''))
    .join(' ');
  if (comment.startsWith('valid, with a finding'))
    return { valid: true, problems: [], finding: /\((models\.[\w.]+)\)/.exec(comment)![1]! };
  if (comment.startsWith('valid')) return { valid: true, problems: [] };
  const list = comment.replace(/^invalid[^:]*:/, '').replace(/\([^)]*\)/g, '');
  return {
    valid: false,
    problems: list
      .split(/[·,]/)
      .map((one) => one.trim())
      .filter((one) => one !== '')
      .sort(),
  };
}

describe.each(readdirSync(FOLDER))('%s', (file) => {
  const path = join(FOLDER, file);
  const expected = stated(readFileSync(path, 'utf8'));

  test('gives exactly what its first comment says', async () => {
    if (expected.valid) {
      const { findings } = planPlatform(await loadPlatform(path));
      expect(findings.filter((finding) => finding.severity !== 'info').map((finding) => finding.path)).toEqual(
        expected.finding === undefined ? [] : [expected.finding],
      );
    } else {
      const error: unknown = await loadPlatform(path).catch((caught: unknown) => caught);
      expect(error).toBeInstanceOf(DefinitionError);
      expect((error as DefinitionError).problems.map((problem) => problem.path).sort()).toEqual(expected.problems);
    }
  });
});
