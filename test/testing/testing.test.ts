import { installMlPlatformMatchers, mlPlatformMatchers, scrubAssetHashes, templateSerializer } from '../../src/testing';
import { scale } from '../support/definitions';

const HASH = 'a'.repeat(64);

test('matchers say what holds, and why it does not', () => {
  const risky = scale({ 'models.demand.risk': 'high' });
  expect(mlPlatformMatchers.toPassCheck(scale()).pass).toBe(true);
  expect(mlPlatformMatchers.toPassCheck(risky)).toMatchObject({ pass: false });
  expect(mlPlatformMatchers.toPassCheck(risky).message()).toContain('high-risk-without-approval');
  expect(mlPlatformMatchers.toHaveFinding(risky, 'high-risk-without-approval').pass).toBe(true);
  expect(mlPlatformMatchers.toCoverAuditRow(scale(), 'release-shadow').pass).toBe(true);
  expect(
    mlPlatformMatchers.toCoverAuditRow(scale({ 'models.demand.release.shadow': undefined }), 'release-shadow'),
  ).toMatchObject({ pass: false });
  expect(mlPlatformMatchers.toCoverAuditRow(scale(), 'nonsense' as never).message()).toContain('release-shadow');
});

test('asset hashes are scrubbed and nothing else is', () => {
  const template = {
    Resources: { F: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Key: `${HASH}.zip` }, Timeout: 30 } } },
  };
  expect(scrubAssetHashes(template)).toEqual({
    Resources: { F: { Type: 'AWS::Lambda::Function', Properties: { Code: { S3Key: '<asset>.zip' }, Timeout: 30 } } },
  });
  expect(templateSerializer.test(template)).toBe(true);
  expect(templateSerializer.test({ Resources: {} })).toBe(false);
});

test('they install into Jest', () => {
  installMlPlatformMatchers(expect as never);
  expect(scale()).toEqual(scale());
  (expect(scale()) as unknown as { toPassCheck(): void }).toPassCheck();
  expect({ Resources: { F: { S3Key: `${HASH}.zip` } } }).toMatchInlineSnapshot(`
{
  "Resources": {
    "F": {
      "S3Key": "<asset>.zip",
    },
  },
}
`);
});
