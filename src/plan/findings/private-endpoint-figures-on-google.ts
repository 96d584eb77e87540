import { type FindingRule, targetsOf } from './rule';

export const privateEndpointFiguresOnGoogle: FindingRule = {
  id: 'private-endpoint-figures-on-google',
  severity: 'info',
  about: 'the network is private, and Google Cloud does not say under which names such an endpoint tells its figures',
  check: ({ platform }) => {
    if (!targetsOf(platform).includes('google')) return 'notApplicable';
    return platform.security.network === 'private'
      ? [
          {
            path: 'security.network',
            message:
              'on Google alarms, objectives and looks of a release read `prediction/online/response_count` and `prediction_latencies`; for endpoints in a peered network Google names `prediction/online/private/…` instead, for those behind Private Service Connect, as these are, neither',
            fix: 'after the first requests look in Metrics Explorer whether the endpoint has `prediction/online/response_count`: without it no release gets beyond its first step, and no alarm of the endpoint fires',
          },
        ]
      : [];
  },
};
