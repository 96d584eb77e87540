import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MlPlatform } from '../../src/aws';
import { MEMORY_MB } from '../../src/aws/support/handler-role';
import { definitions } from './support/definition';
import { newStack, type Resource, templateOf } from './support/stacks';

const PEAKS = JSON.parse(
  readFileSync(join(__dirname, '..', '..', 'bench', 'handlers', 'peaks.json'), 'utf8'),
) as Readonly<Record<string, number>>;
const SIZES = [256, 512, 1024];

test.each(Object.entries(MEMORY_MB))(
  'the function of %s has the least memory that is twice what was measured',
  (role, memory) => {
    const peak = PEAKS[role]!;
    expect(peak).toBeGreaterThan(0);
    expect(memory).toBe(SIZES.find((size) => size >= 2 * peak));
  },
);

test('the functions of a platform have the memory of their roles', () => {
  const stack = newStack();
  new MlPlatform(stack, 'Platform', { definition: definitions.scale });
  const functions = Object.entries(templateOf(stack).findResources('AWS::Lambda::Function')) as [string, Resource][];
  const parts = { Pipeline: 'pipeline', Endpoint: 'release', Drift: 'monitor', Retraining: 'retraining' } as const;
  const found = Object.entries(parts).map(([part, role]) => {
    const [, handler] = functions.find(([id]) => id.includes(`${part}Handler`))!;
    return [role, handler.Properties!['MemorySize']];
  });
  expect(Object.fromEntries(found)).toEqual(MEMORY_MB);
});
