import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointCommand,
  type ProductionVariantInstanceType,
  type SageMakerClient,
  type Tag,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, type SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { OperationError } from '../../../kernel/problem';
import { askRows, NOT_LOADED, type ServingSmokeResult } from '../../core/gate';
import type { ArtifactStore } from '../../ports';
import { unlessMissing, unlessThere } from './sagemaker-error';
import { TargetChangingError } from './target-changing';

export interface SmokeOptions {
  /** Name of the endpoint for this check, and of its configuration and model. */
  readonly name: string;
  readonly instanceType: string;
  /** Key of the artifact store where the measurement outlives the endpoint. */
  readonly note: string;
  readonly tags: readonly Tag[];
  /** Milliseconds that only grow. */
  readonly now: () => number;
}

/** States in which an endpoint is what it was asked to be; every other one passes, also that of a deletion. */
const SETTLED = ['InService', 'Failed', 'OutOfService', 'UpdateRollbackFailed'];
/** Reasons of SageMaker's that say nothing of the candidate: no machines are free. */
const NO_MACHINE = /compute capacity|InsufficientInstanceCapacity|ResourceLimitExceeded|quota/i;

/**
 * A short-lived endpoint with the candidate alone: it is loaded, asked row by row, and gone again. Each call goes on where one
 * has stopped of which the answer never came.
 */
export class SmokeEndpoint {
  constructor(
    private readonly sagemaker: SageMakerClient,
    private readonly runtime: SageMakerRuntimeClient,
    private readonly artifacts: Pick<ArtifactStore, 'get' | 'put'>,
    private readonly options: SmokeOptions,
  ) {}

  /**
   * Makes the endpoint at the first call and asks it once it serves. What was measured is noted before the endpoint goes, and is
   * the answer of every later call.
   * @throws TargetChangingError until it serves
   * @throws OperationError `smokeNotDeployed` when SageMaker has no machine for it; another call makes it anew
   */
  async measure(instances: readonly object[]): Promise<ServingSmokeResult> {
    const { note } = this.options;
    const noted = await this.artifacts.get(note);
    const measured = noted
      ? (JSON.parse(new TextDecoder().decode(noted)) as ServingSmokeResult)
      : await this.measured(instances);
    if (noted === undefined) await this.artifacts.put(note, new TextEncoder().encode(JSON.stringify(measured)));
    await this.remove();
    return measured;
  }

  /**
   * Takes away what there is of it.
   * @throws TargetChangingError while it cannot be taken away
   */
  async remove(): Promise<void> {
    const { name } = this.options;
    const { status } = await this.look();
    if (status !== undefined && status !== 'Deleting') {
      if (!SETTLED.includes(status)) throw new TargetChangingError(name);
      await this.sagemaker.send(new DeleteEndpointCommand({ EndpointName: name }));
    }
    await this.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name })).catch(unlessMissing);
  }

  private async measured(instances: readonly object[]): Promise<ServingSmokeResult> {
    const { name } = this.options;
    const { status, reason } = await this.look();
    if (status === undefined) await this.create();
    if (status === undefined || !SETTLED.includes(status)) throw new TargetChangingError(name);
    if (status === 'InService') return askRows(instances, (instance) => this.ask(instance), this.options.now);
    if (!NO_MACHINE.test(reason)) return NOT_LOADED;
    await this.remove();
    throw new OperationError({
      code: 'smokeNotDeployed',
      path: name,
      got: reason,
      expected: 'a machine for the candidate',
      fix: 'ask for more quota of the instance type of serving.compute, or wait',
    });
  }

  private async ask(instance: object): Promise<string> {
    const { Body } = await this.runtime.send(
      new InvokeEndpointCommand({
        EndpointName: this.options.name,
        ContentType: 'application/json',
        Accept: 'application/json',
        Body: JSON.stringify({ instances: [instance] }),
      }),
    );
    return new TextDecoder().decode(Body);
  }

  /** What SageMaker says of it; without a status when there is no such endpoint. */
  private async look(): Promise<{ readonly status?: string | undefined; readonly reason: string }> {
    const found = await this.sagemaker
      .send(new DescribeEndpointCommand({ EndpointName: this.options.name }))
      .catch(unlessMissing);
    return { status: found?.EndpointStatus, reason: found?.FailureReason ?? '' };
  }

  private async create(): Promise<void> {
    const { name, instanceType, tags } = this.options;
    const Tags = [...tags];
    await this.sagemaker
      .send(
        new CreateEndpointConfigCommand({
          EndpointConfigName: name,
          Tags,
          ProductionVariants: [
            {
              VariantName: 'candidate',
              ModelName: name,
              InstanceType: instanceType as ProductionVariantInstanceType,
              InitialInstanceCount: 1,
              InitialVariantWeight: 1,
            },
          ],
        }),
      )
      .catch(unlessThere);
    await this.sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name, Tags }));
  }
}
