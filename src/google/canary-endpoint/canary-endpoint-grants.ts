import { ProjectIamCustomRole } from '@cdktf/provider-google/lib/project-iam-custom-role';
import { ProjectIamMember } from '@cdktf/provider-google/lib/project-iam-member';
import { locationOf } from '../support/location';
import { memberId, physicalName } from '../support/names';
import type { CanaryEndpoint } from './canary-endpoint';

/** What a prediction asks for: predict, rawPredict and their streams are one permission. */
const PREDICT = 'aiplatform.endpoints.predict';

/** Access to an endpoint for members that are not of the platform. */
export class EndpointGrants {
  private role: ProjectIamCustomRole | undefined;

  constructor(private readonly endpoint: CanaryEndpoint) {}

  /**
   * May ask for predictions, and nothing else: the least of Google's own roles that has this may make models and jobs as well. Vertex
   * AI can only be granted in the project, so that it is true of every endpoint there.
   * @param member such as `serviceAccount:…`
   */
  invoke(member: string): void {
    const { project } = locationOf(this.endpoint);
    this.role ??= new ProjectIamCustomRole(this.endpoint, 'InvokeRole', {
      project,
      roleId: physicalName(this.endpoint, 'role', 'predict', this.endpoint.model),
      title: `Predictions of ${this.endpoint.model}`,
      description: 'Asks endpoints of Vertex AI for predictions',
      permissions: [PREDICT],
      stage: 'GA',
    });
    new ProjectIamMember(this.endpoint, memberId(this.endpoint, 'Invoke', member), {
      project,
      role: this.role.name,
      member,
    });
  }
}
