import { glueName, NAME_LIMITS, physicalName } from '../../src/aws/support/names';

test('names are their parts, and stay unique when they are cut', () => {
  expect(physicalName(NAME_LIMITS.stateMachine, 'acme', 'churn', 'release')).toBe('acme-churn-release');
  const [one, two] = ['a', 'b'].map((end) =>
    physicalName(NAME_LIMITS.endpoint, 'x'.repeat(24), `${'y'.repeat(31)}${end}`),
  );
  expect(one).not.toBe(two);
  for (const name of [one!, two!]) {
    expect(name).toHaveLength(NAME_LIMITS.endpoint);
    expect(name).toMatch(/^[a-z][a-z0-9-]*-[0-9a-f]{8}$/);
  }
});

test('a cut never leaves two dashes', () => {
  expect(physicalName(20, 'abcdefghij', 'k', 'lmnopqrstuvw')).not.toContain('--');
});

test('Glue has no dashes', () => {
  expect(glueName('acme', 'churn-rate', 'training')).toBe('acme_churn_rate_training');
});
