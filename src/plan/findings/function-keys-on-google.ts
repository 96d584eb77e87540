import { type FindingRule, targetsOf } from './rule';

export const functionKeysOnGoogle: FindingRule = {
  id: 'function-keys-on-google',
  severity: 'info',
  about: "storage is encrypted with a customer's key, and on Google Cloud the functions of handlers are not",
  check: ({ platform }) => {
    if (!targetsOf(platform).includes('google')) return 'notApplicable';
    return platform.security.encryption === 'customerKey'
      ? [
          {
            path: 'security.encryption',
            message:
              "on Google the customer's key encrypts what is stored, workflows and the bundles of handlers; the functions made of them, which keep no data, and their images have Google's keys",
            fix: 'acknowledge it',
          },
        ]
      : [];
  },
};
