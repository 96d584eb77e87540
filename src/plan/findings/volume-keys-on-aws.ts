import { type FindingRule, targetsOf } from './rule';

export const volumeKeysOnAws: FindingRule = {
  id: 'volume-keys-on-aws',
  severity: 'info',
  about: "storage is encrypted with a customer's key, and on AWS the disks of jobs and endpoints are not",
  check: ({ platform }) => {
    if (!targetsOf(platform).includes('aws')) return 'notApplicable';
    return platform.security.encryption === 'customerKey'
      ? [
          {
            path: 'security.encryption',
            message:
              "on AWS the customer's key encrypts what is stored; the disks of training, scoring and serving machines, which go with them, have SageMaker's own keys",
            fix: 'acknowledge it',
          },
        ]
      : [];
  },
};
