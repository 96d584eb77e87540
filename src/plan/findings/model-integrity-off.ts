import type { FindingRule } from './rule';

export const modelIntegrityOff: FindingRule = {
  id: 'model-integrity-off',
  severity: 'warning',
  about: 'artifacts are not verified before they serve',
  check: ({ platform }) =>
    platform.security.modelIntegrity
      ? []
      : [
          {
            path: 'security.modelIntegrity',
            message: 'an artifact that was changed after its gate is served without anybody noticing',
            fix: 'set modelIntegrity: true',
          },
        ],
};
