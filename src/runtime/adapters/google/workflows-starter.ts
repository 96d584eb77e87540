import { workflowPointer } from '../../../contract/google';
import type { Json } from '../../../kernel/json';
import { OperationError } from '../../../kernel/problem';
import type { Clock, WorkflowStarter } from '../../ports';
import type { GcsBucket } from './gcs-bucket';
import type { GoogleApi } from './google-api';

type Workflow = 'pipeline' | 'release';

/** What is kept of a run's name. */
interface Claim {
  /** Execution that has the name; null between claiming and starting. */
  readonly execution: string | null;
  readonly claimedAt: number;
}

/** After so many seconds a claim without an execution is of somebody who died. */
const CLAIM_SECONDS = 120;
const STATES = { ACTIVE: 'running', QUEUED: 'running', SUCCEEDED: 'succeeded' } as const;

/**
 * Starts Cloud Workflows. Executions have no names of ours, so that a name is claimed in the state bucket first, by a
 * write that succeeds once; who finds a claim that died takes it over.
 */
export class WorkflowsStarter implements WorkflowStarter {
  constructor(
    private readonly api: GoogleApi,
    private readonly bucket: GcsBucket,
    private readonly model: string,
    private readonly clock: Clock,
  ) {}

  async start(workflow: Workflow, name: string, input: Json): Promise<boolean> {
    const key = claimKey(workflow, name);
    const now = this.clock.now();
    const found = await this.claim(key);
    if (found && (found.claim.execution !== null || now - found.claim.claimedAt < CLAIM_SECONDS)) return false;
    const mine = await this.bucket.write(key, bytes({ execution: null, claimedAt: now }), found?.generation ?? '0');
    if (mine === undefined) return false;
    const path = await this.workflow(workflow);
    const argument = JSON.stringify({
      ...(typeof input === 'object' && !Array.isArray(input) ? input : {}),
      run: name,
    });
    const { name: execution } = await this.api.call('POST', 'workflowexecutions', `${path}/executions`, { argument });
    await this.bucket.write(key, bytes({ execution: String(execution), claimedAt: now }), mine);
    return true;
  }

  async status(workflow: Workflow, name: string): Promise<'running' | 'succeeded' | 'failed' | 'absent'> {
    const found = await this.claim(claimKey(workflow, name));
    if (!found) return 'absent';
    const { execution, claimedAt } = found.claim;
    if (execution === null) return this.clock.now() - claimedAt < CLAIM_SECONDS ? 'running' : 'absent';
    const run = await this.api.find('workflowexecutions', execution);
    if (run === undefined) return 'absent';
    return STATES[run['state'] as keyof typeof STATES] ?? 'failed';
  }

  private async claim(key: string): Promise<{ claim: Claim; generation: string } | undefined> {
    const found = await this.bucket.read(key);
    return (
      found && { claim: JSON.parse(Buffer.from(found.body).toString('utf8')) as Claim, generation: found.generation }
    );
  }

  /** The workflow's name, as the construct that made it has left it. */
  private async workflow(workflow: Workflow): Promise<string> {
    const key = workflowPointer(this.model, workflow);
    const pointer = await this.bucket.read(key);
    if (pointer) return (JSON.parse(Buffer.from(pointer.body).toString('utf8')) as { workflow: string }).workflow;
    throw new OperationError({
      code: 'workflowUnknown',
      path: this.bucket.uri(key),
      got: 'no such object',
      expected: `the name of the ${workflow} workflow`,
      fix:
        workflow === 'release' ? 'deploy a CanaryEndpoint for the model' : 'deploy an EvalGatePipeline for the model',
    });
  }
}

const claimKey = (workflow: Workflow, name: string): string => `runs/${workflow}/${encodeURIComponent(name)}.json`;
const bytes = (claim: Claim): Uint8Array => Buffer.from(JSON.stringify(claim));
