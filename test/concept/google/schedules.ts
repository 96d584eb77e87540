import { Cron } from 'croner';
import { placeOfUse } from '../world/schedule-order';
import { calledBy, type DeployedTemplate } from './template';

/** A call of a handler over HTTP. */
export interface Call {
  readonly role: string;
  readonly path: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** What is due by Cloud Scheduler. `at`: milliseconds since the epoch. */
export interface Due {
  readonly at: number;
  readonly calls: readonly Call[];
}

interface HttpTarget {
  readonly uri: string;
  readonly body: string;
}

/** The jobs of Cloud Scheduler of a template. */
export class Schedules {
  private readonly entries: readonly { readonly cron: Cron; readonly call: Omit<Call, 'headers'> }[];

  constructor(template: DeployedTemplate) {
    const entries = template
      .all('google_cloud_scheduler_job')
      .map(({ schedule, time_zone, paused, http_target }) => {
        const { uri, body } = http_target as HttpTarget;
        const message = JSON.parse(Buffer.from(body, 'base64').toString('utf8')) as { readonly use: string };
        return {
          cron: new Cron(String(schedule), { timezone: String(time_zone), paused: true }),
          isPaused: paused === true,
          use: message.use,
          call: { ...calledBy(uri), body: message },
        };
      })
      .filter(({ isPaused }) => !isPaused);
    this.entries = entries.sort((one, other) => placeOfUse(one.use) - placeOfUse(other.use));
  }

  /** The next instant after one at which something is due, and what. */
  next(after: number): Due {
    const upcoming = this.entries.map(({ cron, call }) => ({ call, at: cron.nextRun(new Date(after))!.getTime() }));
    const at = Math.min(...upcoming.map((one) => one.at));
    const time = new Date(at).toISOString().replace('.000Z', 'Z');
    const calls = upcoming
      .filter((one) => one.at === at)
      .map(({ call }) => ({ ...call, headers: { 'x-cloudscheduler-scheduletime': time } }));
    return { at, calls };
  }
}
