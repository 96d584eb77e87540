import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { IConstruct } from 'constructs';
import type { ComputePlan } from '../../plan/plan';
import type { ContainerImage } from '../support/container-image';

/** A model's endpoint and its release controller: what the other constructs need of them. */
export interface ICanaryEndpoint extends IConstruct {
  readonly model: string;
  /** Stable; the endpoint itself is made by the controller for the first approved version. */
  readonly endpointName: string;
  readonly releaseController: IStateMachine;
  readonly serverImage: ContainerImage;
  /** Machines that serve. */
  readonly compute: ComputePlan;
  /** Seconds that captured requests are kept. */
  readonly captureSeconds: number;
}
