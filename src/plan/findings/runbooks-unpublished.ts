import type { FindingRule } from './rule';

export const runbooksUnpublished: FindingRule = {
  id: 'runbooks-unpublished',
  severity: 'info',
  about: 'alarms link to runbooks that are not published',
  check: ({ platform }) =>
    platform.incidents.runbooks.baseUrl === undefined
      ? [
          {
            path: 'incidents.runbooks.baseUrl',
            message: 'alarms link to runbook file names, since no address is given where they are published',
            fix: 'publish the rendered runbooks and set baseUrl',
          },
        ]
      : [],
};
