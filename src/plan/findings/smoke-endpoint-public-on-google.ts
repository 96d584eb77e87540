import { type FindingRule, perModel, targetsOf } from './rule';

export const smokeEndpointPublicOnGoogle: FindingRule = {
  id: 'smoke-endpoint-public-on-google',
  severity: 'info',
  about: 'the network is private, and the gate measures latency on a Vertex AI endpoint that is not',
  check: perModel(({ platform, model, path }) => {
    if (model.evaluation?.serving?.maxLatencyP99 === undefined || !targetsOf(platform).includes('google')) {
      return 'notApplicable';
    }
    return platform.security.network === 'private'
      ? [
          {
            path: `${path}.evaluation.serving.maxLatencyP99`,
            message:
              "on Google the candidate answers for minutes on an endpoint of Google's public API (calls need a token of the project), not through Private Service Connect as the endpoint of the model does",
            fix: 'leave the bound out there, or acknowledge it',
          },
        ]
      : [];
  }),
};
