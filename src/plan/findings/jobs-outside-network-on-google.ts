import { type FindingRule, targetsOf } from './rule';

export const jobsOutsideNetworkOnGoogle: FindingRule = {
  id: 'jobs-outside-network-on-google',
  severity: 'info',
  about: 'the network is private, and on Google Cloud jobs that train and score are not in it',
  check: ({ platform }) => {
    if (!targetsOf(platform).includes('google')) return 'notApplicable';
    return platform.security.network === 'private'
      ? [
          {
            path: 'security.network',
            message:
              "on Google training and scoring run in a network of Vertex AI's own: they have a way out to the internet, and none to what is in the private network (handlers and the model's endpoint are in it or behind it)",
            fix: 'keep the project in a perimeter of VPC Service Controls, which takes that way out, or acknowledge it',
          },
        ]
      : [];
  },
};
