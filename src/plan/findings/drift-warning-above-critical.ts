import { DRIFT_DEFAULTS } from '../../kernel/drift-defaults';
import { type FindingRule, perModel } from './rule';

export const driftWarningAboveCritical: FindingRule = {
  id: 'drift-warning-above-critical',
  severity: 'warning',
  about: 'a drift warning lies above its critical value',
  check: perModel(({ model, path }) => {
    const drift = model.monitoring.drift;
    if (drift === undefined) return 'notApplicable';
    const hits =
      drift.warning > drift.critical
        ? [
            {
              path: `${path}.monitoring.drift.warning`,
              message: `warning ${drift.warning} is above critical ${drift.critical}: nothing is ever a warning`,
              fix: 'swap the two values',
            },
          ]
        : [];
    const columns = Object.entries(model.data.columns).flatMap(([name, { drift: own }]) => {
      if (typeof own !== 'object') return [];
      const defaults = own.method === undefined || own.method === drift.method ? drift : DRIFT_DEFAULTS[own.method];
      const [warning, critical] = [own.warning ?? defaults.warning, own.critical ?? defaults.critical];
      return warning > critical
        ? [
            {
              path: `${path}.data.columns.${name}.drift.warning`,
              message: `warning ${warning} is above critical ${critical}: nothing is ever a warning`,
              fix: 'swap the two values',
            },
          ]
        : [];
    });
    return [...hits, ...columns];
  }),
};
