import { ProjectIamMember } from '@cdktf/provider-google/lib/project-iam-member';
import { locationOf } from '../support/location';
import { memberId } from '../support/names';
import type { EvalGatePipeline } from './eval-gate-pipeline';

/** Access to a pipeline for members that are not of the platform. */
export class PipelineGrants {
  constructor(private readonly pipeline: EvalGatePipeline) {}

  /** May start runs. Cloud Workflows can only be granted in the project. @param member such as `group:…` */
  start(member: string): void {
    this.onProject('Start', 'roles/workflows.invoker', member);
  }

  /** May look at runs. */
  view(member: string): void {
    this.onProject('View', 'roles/workflows.viewer', member);
  }

  private onProject(verb: string, role: string, member: string): void {
    const { project } = locationOf(this.pipeline);
    new ProjectIamMember(this.pipeline, memberId(this.pipeline, verb, member), { project, role, member });
  }
}
