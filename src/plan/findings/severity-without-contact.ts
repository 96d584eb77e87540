import { SEVERITIES } from '../../kernel/severity';
import type { FindingRule } from './rule';

export const severityWithoutContact: FindingRule = {
  id: 'severity-without-contact',
  severity: 'warning',
  about: 'alarms of a severity that nobody receives',
  check: ({ plan }) => {
    const used = Object.values(plan.models).flatMap((model) =>
      [model.pipeline, model.endpoint, model.drift, model.retraining].flatMap((part) => part?.alarms ?? []),
    );
    // info is for the record: dashboards show it.
    return SEVERITIES.filter((severity) => severity !== 'info').flatMap((severity) => {
      const alarms = used.filter((alarm) => alarm.severity === severity);
      return alarms.length > 0 && plan.incidents.routes[severity].length === 0
        ? [
            {
              path: 'incidents.contacts',
              message: `${alarms.length} alarms of severity ${severity} reach nobody (${[...new Set(alarms.map((alarm) => alarm.kind))].join(', ')})`,
              fix: `add ${severity} to the severities of a contact`,
            },
          ]
        : [];
    });
  },
};
