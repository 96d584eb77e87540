import { StorageBucketObject } from '@cdktf/provider-google/lib/storage-bucket-object';
import { WorkflowsWorkflow } from '@cdktf/provider-google/lib/workflows-workflow';
import { Construct } from 'constructs';
import { type WorkflowKind, workflowPointer } from '../../contract/google';
import type { StepGraph } from '../../plan/step-graph';
import type { IModelRegistry } from '../model-registry/model-registry';
import type { Handler } from './handler';
import { locationOf } from './location';
import { physicalName } from './names';
import { modelLabels, platformContextOf } from './platform-context';
import type { RoleIdentity } from './role-identity';
import { printWorkflow, terraformText, WORKFLOW_ENV } from './step-graph-to-workflow';

export interface StateMachineProps {
  readonly graph: StepGraph & { readonly id: string };
  readonly registry: IModelRegistry;
  readonly identity: RoleIdentity;
  readonly handler: Handler;
}

/** A step graph as a Cloud Workflows workflow, and the pointer by which handlers find it. */
export class StateMachine extends Construct {
  readonly workflow: WorkflowsWorkflow;
  readonly workflowName: string;
  /** `projects/…/locations/…/workflows/…`. */
  readonly workflowId: string;

  constructor(scope: Construct, id: string, { graph, registry, identity, handler }: StateMachineProps) {
    super(scope, id);
    const { project, region } = locationOf(this);
    const context = platformContextOf(this);
    const kind: WorkflowKind = graph.id === 'release' || graph.id === 'incident' ? graph.id : 'pipeline';
    this.workflowName = physicalName(this, 'workflow', context.platform, registry.model, kind);
    this.workflow = new WorkflowsWorkflow(this, 'Workflow', {
      project,
      region,
      name: this.workflowName,
      description: `${kind} of ${registry.model}`,
      labels: modelLabels(context, registry.model),
      serviceAccount: identity.account.id,
      callLogLevel: 'LOG_ERRORS_ONLY',
      deletionProtection: false,
      ...(registry.kmsKeyName !== null && { cryptoKeyName: registry.kmsKeyName }),
      sourceContents: terraformText(printWorkflow(graph)),
      userEnvVars: {
        [WORKFLOW_ENV.handler]: handler.url,
        [WORKFLOW_ENV.vertex]: `https://${region}-aiplatform.googleapis.com/v1`,
      },
    });
    this.node.defaultChild = this.workflow;
    this.workflowId = this.workflow.id;
    new StorageBucketObject(this, 'Pointer', {
      bucket: registry.stateBucketName,
      name: workflowPointer(registry.model, kind),
      contentType: 'application/json',
      content: `{"workflow":"${this.workflow.id}"}`,
    });
  }
}
