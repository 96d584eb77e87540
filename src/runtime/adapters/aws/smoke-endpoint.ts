import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointCommand,
  type ProductionVariantInstanceType,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand, type SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import { NOT_LOADED, p99, type ServingSmokeResult } from '../../core/gate';
import { errorMessage, errorName } from './sdk-error';
import { TargetChangingError } from './target-changing';

export interface SmokeOptions {
  /** Name of the endpoint for this check, and of its configuration and model. */
  readonly name: string;
  readonly instanceType: string;
  /** Milliseconds that only grow. */
  readonly now: () => number;
}

/** A short-lived endpoint with the candidate alone: it is loaded, asked row by row, and gone again. */
export class SmokeEndpoint {
  constructor(
    private readonly sagemaker: SageMakerClient,
    private readonly runtime: SageMakerRuntimeClient,
    private readonly options: SmokeOptions,
  ) {}

  /**
   * Makes the endpoint at the first call and asks it once it serves; then it is deleted, whatever it answered.
   * @throws TargetChangingError until it serves
   */
  async measure(instances: readonly object[]): Promise<ServingSmokeResult> {
    const { name } = this.options;
    const status = await this.status();
    if (status === undefined) await this.create();
    if (status === undefined || status === 'Creating') throw new TargetChangingError(name);
    if (status !== 'InService') {
      await this.delete();
      return NOT_LOADED;
    }
    const latencies: number[] = [];
    let failures = 0;
    try {
      // The first answer warms the container up and is not counted.
      await this.ask(instances[0] ?? {}).catch(() => undefined);
      for (const instance of instances) {
        const started = this.options.now();
        const answered = await this.ask(instance).catch(() => false);
        if (answered) latencies.push(this.options.now() - started);
        else failures++;
      }
    } finally {
      await this.delete();
    }
    return { loaded: true, rowsQueried: instances.length, failures, latencyP99Ms: p99(latencies) };
  }

  private async ask(instance: object): Promise<boolean> {
    const { Body } = await this.runtime.send(
      new InvokeEndpointCommand({
        EndpointName: this.options.name,
        ContentType: 'application/json',
        Accept: 'application/json',
        Body: JSON.stringify({ instances: [instance] }),
      }),
    );
    const reply = JSON.parse(new TextDecoder().decode(Body)) as { readonly predictions?: readonly unknown[] };
    return reply.predictions?.length === 1;
  }

  private async status(): Promise<string | undefined> {
    try {
      return (await this.sagemaker.send(new DescribeEndpointCommand({ EndpointName: this.options.name })))
        .EndpointStatus;
    } catch (error) {
      if (errorName(error) === 'ValidationException' && /could not find/i.test(errorMessage(error))) return undefined;
      throw error;
    }
  }

  private async create(): Promise<void> {
    const { name, instanceType } = this.options;
    await this.sagemaker
      .send(
        new CreateEndpointConfigCommand({
          EndpointConfigName: name,
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
      .catch((error: unknown) => {
        if (!/already exist/i.test(errorMessage(error))) throw error;
      });
    await this.sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }));
  }

  private async delete(): Promise<void> {
    const { name } = this.options;
    await this.sagemaker.send(new DeleteEndpointCommand({ EndpointName: name }));
    await this.sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name }));
  }
}
