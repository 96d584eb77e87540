import type { AlarmGroupPlan, AlarmPlan } from './plan';

/**
 * The page alarms of a part, which mostly fire together: people are paged once for all of them. Parts are kept apart, since
 * what one of them says may last for days while another one breaks. A single alarm needs no group.
 */
export function pageGroup(
  id: AlarmGroupPlan['id'],
  summary: string,
  alarms: readonly AlarmPlan[],
): AlarmGroupPlan | null {
  const paged = alarms.filter(({ severity }) => severity === 'page');
  return paged.length > 1 ? { id, summary, alarms: paged.map((alarm) => alarm.id) } : null;
}
