import { CloudSchedulerJob } from '@cdktf/provider-google/lib/cloud-scheduler-job';
import { Construct } from 'constructs';
import type { TaskEvent } from '../../contract/events';
import type { Schedule } from '../../kernel/schedule';
import type { Handler } from './handler';
import { locationOf } from './location';
import { physicalName } from './names';
import { platformContextOf } from './platform-context';
import type { RoleIdentity } from './role-identity';
import { cloudSchedule } from './schedule';

export interface ScheduledCallProps {
  readonly model: string;
  readonly schedule: Schedule;
  /** Where the schedule stands in the definition, for errors. */
  readonly path: string;
  /** What the handler gets; the handler adds the schedule's instant to `run`. */
  readonly event: TaskEvent;
  readonly handler: Handler;
  readonly identity: RoleIdentity;
  readonly timeoutSeconds: number;
}

/** Longest attempt of an HTTP job. */
const MAX_DEADLINE_SECONDS = 1800;

/** Calls a handler by a schedule, as the role's own service account. */
export class ScheduledCall extends Construct {
  readonly job: CloudSchedulerJob;

  constructor(scope: Construct, id: string, props: ScheduledCallProps) {
    super(scope, id);
    const { project, region } = locationOf(this);
    this.job = new CloudSchedulerJob(this, 'Job', {
      project,
      region,
      name: physicalName(this, 'schedulerJob', platformContextOf(this).platform, props.model, props.event.step),
      description: `${props.model}: ${props.event.use}`,
      ...cloudSchedule(props.schedule, props.path),
      attemptDeadline: `${Math.min(MAX_DEADLINE_SECONDS, Math.max(15, Math.ceil(props.timeoutSeconds)))}s`,
      retryConfig: { retryCount: 3, minBackoffDuration: '10s', maxBackoffDuration: '300s', maxDoublings: 4 },
      httpTarget: {
        httpMethod: 'POST',
        uri: props.handler.url,
        headers: { 'Content-Type': 'application/json' },
        body: Buffer.from(JSON.stringify(props.event), 'utf8').toString('base64'),
        oidcToken: { serviceAccountEmail: props.identity.email, audience: props.handler.url },
      },
    });
    this.node.defaultChild = this.job;
  }
}
