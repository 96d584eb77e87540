import type { FindingRule } from './rule';

export const deletionProtectionOff: FindingRule = {
  id: 'deletion-protection-off',
  severity: 'warning',
  about: 'deleting a stack deletes models and records',
  check: ({ platform }) =>
    platform.security.deletionProtection
      ? []
      : [
          {
            path: 'security.deletionProtection',
            message: 'deleting the stack deletes models, captured data and state',
            fix: 'set deletionProtection: true outside of throw-away environments',
          },
        ],
};
