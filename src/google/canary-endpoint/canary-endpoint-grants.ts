import { ProjectIamMember } from '@cdktf/provider-google/lib/project-iam-member';
import { locationOf } from '../support/location';
import { memberId } from '../support/names';
import type { CanaryEndpoint } from './canary-endpoint';

/** Access to an endpoint for members that are not of the platform. */
export class EndpointGrants {
  constructor(private readonly endpoint: CanaryEndpoint) {}

  /** May ask for predictions. Vertex AI can only be granted in the project. @param member such as `serviceAccount:…` */
  invoke(member: string): void {
    const { project } = locationOf(this.endpoint);
    new ProjectIamMember(this.endpoint, memberId(this.endpoint, 'Invoke', member), {
      project,
      role: 'roles/aiplatform.user',
      member,
    });
  }
}
