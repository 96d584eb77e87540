import { randomUUID } from 'node:crypto';
import { type WorkflowKind, workflowPointer } from '../../../contract/google';
import type { Json } from '../../../kernel/json';
import { OperationError } from '../../../kernel/problem';
import type { Clock, WorkflowStarter } from '../../ports';
import type { GcsBucket } from './gcs-bucket';
import type { GoogleApi, JsonObject } from './google-api';

/** What is kept of a run's name. */
interface Claim {
  /** Execution that has the name; null between claiming and starting. */
  readonly execution: string | null;
  readonly claimedAt: number;
  /** One claim's own: two of the same second are not the same. */
  readonly id: string;
}
/** A run as it was started. */
export interface StartedRun {
  readonly name: string;
  readonly input: { readonly [key: string]: Json };
  /** Why its execution failed, as Workflows says; null for one that somebody has stopped. */
  readonly error: string | null;
}
type Found = { readonly claim: Claim; readonly generation: string };

/** After so many seconds a claim without an execution is of somebody who died. */
const CLAIM_SECONDS = 120;
const LOOK_MS = 5000;
/** Newest executions among which one is looked for whose claim says nothing of it. */
const NEWEST = 100;
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

  async start(workflow: WorkflowKind, name: string, input: Json): Promise<boolean> {
    const key = claimKey(workflow, name);
    const path = await this.workflow(workflow);
    const found = await this.settledClaim(key);
    if (found !== undefined && (found.claim.execution !== null || this.isYoung(found.claim))) return false;
    const claim: Claim = { execution: null, claimedAt: this.clock.now(), id: randomUUID() };
    const mine = await this.bucket.write(key, bytes(claim), found?.generation ?? '0');
    if (mine === undefined) return false;
    // Whoever died with the claim may have started it.
    const before = found === undefined ? undefined : await this.executionOf(path, name);
    const execution = before ?? (await this.execute(path, name, input));
    await this.bucket.write(key, bytes({ ...claim, execution: String(execution['name']) }), mine);
    return before === undefined;
  }

  async status(workflow: WorkflowKind, name: string): Promise<'running' | 'succeeded' | 'failed' | 'absent'> {
    const found = await this.claim(claimKey(workflow, name));
    if (found?.claim.execution === null) return this.isYoung(found.claim) ? 'running' : 'absent';
    // An execution that a person has started in the console is named by its own id.
    const execution =
      found?.claim.execution ?? `${await this.workflow(workflow)}/executions/${encodeURIComponent(name)}`;
    const run = await this.api.find('workflowexecutions', execution);
    if (run === undefined) return 'absent';
    return STATES[run['state'] as keyof typeof STATES] ?? 'failed';
  }

  /**
   * The run whose execution has ended, by the execution's own id; undefined for one of another workflow, or of nobody's.
   * @throws OperationError `stillRunning` while Workflows does not show yet what its log has said
   */
  async ended(workflow: WorkflowKind, workflowId: string, executionId: string): Promise<StartedRun | undefined> {
    const path = await this.workflow(workflow);
    if (!path.endsWith(`/workflows/${workflowId}`)) return undefined;
    const execution = await this.api.find('workflowexecutions', `${path}/executions/${executionId}`);
    if (execution === undefined) return undefined;
    if (STATES[execution['state'] as keyof typeof STATES] === 'running') {
      throw new OperationError({
        code: 'stillRunning',
        path: String(execution['name']),
        got: String(execution['state']),
        expected: 'an execution that has ended',
        fix: 'ask again',
      });
    }
    const input = inputOf(String(execution['argument']));
    const error = (execution['error'] as { readonly payload?: string } | undefined)?.payload;
    // An execution that a person has started is named by its own id.
    return { name: typeof input['run'] === 'string' ? input['run'] : executionId, input, error: error ?? null };
  }

  /** Full name of the execution that was started under a name; null for none. */
  async execution(workflow: WorkflowKind, name: string): Promise<string | null> {
    return (await this.settledClaim(claimKey(workflow, name)))?.claim.execution ?? null;
  }

  /** A claim once it says what came of it, or is too old to say anything any more. */
  private async settledClaim(key: string): Promise<Found | undefined> {
    let found = await this.claim(key);
    for (let waited = 0; found?.claim.execution === null && waited < CLAIM_SECONDS * 1000; waited += LOOK_MS) {
      if (!this.isYoung(found.claim)) break;
      await this.api.pause(LOOK_MS);
      found = await this.claim(key);
    }
    return found;
  }

  private isYoung({ claimedAt }: Claim): boolean {
    return this.clock.now() - claimedAt < CLAIM_SECONDS;
  }

  private execute(path: string, name: string, input: Json): Promise<JsonObject> {
    const argument = JSON.stringify({
      ...(typeof input === 'object' && !Array.isArray(input) ? input : {}),
      run: name,
    });
    const find = (): Promise<JsonObject | undefined> => this.executionOf(path, name);
    return this.api.create('workflowexecutions', `${path}/executions`, { argument }, find);
  }

  /** The execution that was started under a name, among the newest. */
  private async executionOf(path: string, name: string): Promise<JsonObject | undefined> {
    const page = await this.api.call('GET', 'workflowexecutions', `${path}/executions`, undefined, {
      view: 'FULL',
      pageSize: NEWEST,
    });
    return ((page['executions'] ?? []) as JsonObject[]).find(
      ({ argument }) => inputOf(String(argument))['run'] === name,
    );
  }

  private async claim(key: string): Promise<Found | undefined> {
    const found = await this.bucket.read(key);
    return (
      found && { claim: JSON.parse(Buffer.from(found.body).toString('utf8')) as Claim, generation: found.generation }
    );
  }

  /** The workflow's name, as the construct that made it has left it. */
  private async workflow(workflow: WorkflowKind): Promise<string> {
    const key = workflowPointer(this.model, workflow);
    const pointer = await this.bucket.read(key);
    if (pointer) return (JSON.parse(Buffer.from(pointer.body).toString('utf8')) as { workflow: string }).workflow;
    throw new OperationError({
      code: 'workflowUnknown',
      path: this.bucket.uri(key),
      got: 'no such object',
      expected: `the name of the ${workflow} workflow`,
      fix:
        workflow === 'pipeline' ? 'deploy an EvalGatePipeline for the model' : 'deploy a CanaryEndpoint for the model',
    });
  }
}

/** What an execution was started with; nothing where that is no map. */
function inputOf(argument: string): { readonly [key: string]: Json } {
  try {
    const input: unknown = JSON.parse(argument);
    const isMap = typeof input === 'object' && input !== null && !Array.isArray(input);
    return isMap ? (input as { readonly [key: string]: Json }) : {};
  } catch {
    return {};
  }
}

const claimKey = (workflow: WorkflowKind, name: string): string => `runs/${workflow}/${encodeURIComponent(name)}.json`;
const bytes = (claim: Claim): Uint8Array => Buffer.from(JSON.stringify(claim));
