import { PromCondition } from './prom-query';
import type { Series } from './series';
import type { DeployedTemplate, Properties } from './template';
import { type Met, ofObjective, type Threshold, ThresholdCondition } from './threshold';

/** An alert that has opened or closed. `at` in milliseconds since the epoch. */
export interface AlertChange {
  readonly policy: Policy;
  readonly open: boolean;
  /** The incident's id, the same when it closes. */
  readonly id: string;
  readonly at: number;
  /** When it has opened. */
  readonly since: number;
}

export interface Policy {
  /** The plan's id: `quality-mae-decay`. */
  readonly alarm: string;
  readonly summary: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly channels: readonly string[];
  readonly met: (all: Series, now: number) => Met;
  readonly autoCloseMs: number;
}

/** Cloud Monitoring's alert policies on metrics, judged by what the template says of them. */
export class Policies {
  private readonly all: readonly Policy[];
  private readonly open = new Map<string, { readonly id: string; readonly since: number; knownAt: number }>();
  private incidents = 0;

  /** @param order ids of alarms in the plan's order: of alerts that open at one instant Google promises none */
  constructor(
    template: DeployedTemplate,
    order: readonly string[],
    private readonly series: Series,
  ) {
    const objectives = template.objectives();
    this.all = template
      .all('google_monitoring_alert_policy')
      .flatMap((one) => policyOf(one, objectives))
      .sort((one, other) => order.indexOf(one.alarm) - order.indexOf(other.alarm));
  }

  /** Judges all policies. @returns what has opened or closed */
  evaluate(now: number): AlertChange[] {
    return this.all.flatMap((policy): AlertChange[] => {
      const before = this.open.get(policy.alarm);
      const met = policy.met(this.series, now);
      if (before !== undefined && met !== undefined) before.knownAt = now;
      // Without data an incident stays as it is, until it is closed for want of them.
      const goesOn = met ?? (before !== undefined && now - before.knownAt < policy.autoCloseMs);
      if (goesOn === (before !== undefined)) return [];
      if (before !== undefined) {
        this.open.delete(policy.alarm);
        return [{ policy, open: false, id: before.id, at: now, since: before.since }];
      }
      this.incidents += 1;
      const id = `0.incident${this.incidents}`;
      this.open.set(policy.alarm, { id, since: now, knownAt: now });
      return [{ policy, open: true, id, at: now, since: now }];
    });
  }

  /** Alarms with an open alert that takes a release back. */
  aborting(): string[] {
    return this.all
      .filter(({ alarm, labels }) => this.open.has(alarm) && labels['aborts_release'] === 'true')
      .map(({ alarm }) => alarm);
  }
}

/** A policy on metrics; one on log lines tells people what handlers say, and is nothing that a platform answers. */
function policyOf(resource: Properties, objectives: ReadonlyMap<string, Properties>): Policy[] {
  const { conditions, user_labels, notification_channels, alert_strategy, enabled } = resource as {
    readonly conditions: readonly Properties[];
    readonly user_labels: Readonly<Record<string, string>>;
    readonly notification_channels: readonly string[];
    readonly alert_strategy: { readonly auto_close: string };
    readonly enabled?: boolean;
  };
  const [condition] = conditions;
  if (condition?.['condition_matched_log'] !== undefined || enabled === false) return [];
  // The policy of a group pages in the place of its alarms, and is none of them.
  if (user_labels['alarm'] === undefined) return [];
  const { condition_threshold: threshold, condition_prometheus_query_language: prom } = condition as {
    readonly condition_threshold?: Threshold;
    readonly condition_prometheus_query_language?: { readonly query: string };
  };
  const judge =
    threshold === undefined
      ? new PromCondition(prom!.query)
      : new ThresholdCondition(ofObjective(threshold, objectives));
  return [
    {
      alarm: user_labels['alarm']!,
      summary: String(condition!['display_name']),
      labels: user_labels,
      channels: notification_channels,
      met: (all, now) => judge.met(all, now),
      autoCloseMs: Number.parseInt(alert_strategy.auto_close, 10) * 1000,
    },
  ];
}
