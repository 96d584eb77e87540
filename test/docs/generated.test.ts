import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAGES } from '../../docs/generate';

const DOCS = join(__dirname, '..', '..', 'docs');

test.each(Object.keys(PAGES))('%s is what `npm run docs` writes', (name) => {
  expect(readFileSync(join(DOCS, name), 'utf8')).toBe(PAGES[name]!());
});

test('the reference names every section of the definition', () => {
  const reference = PAGES['reference.md']!();
  for (const field of [
    'models.<name>.release.analysis.minRequests',
    'models.<name>.monitoring.drift.breaches.windows',
    'incidents.contacts[].severities',
  ])
    expect(reference).toContain(field);
});

test('each decision record has a number of its own', () => {
  const numbers = readdirSync(join(DOCS, 'adr')).map((name) => name.slice(0, 4));
  expect(new Set(numbers).size).toBe(numbers.length);
});
