import { type IStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { planCompute } from '../../plan/compute';
import type { ComputePlan } from '../../plan/plan';
import type { ContainerImage } from '../support/container-image';
import type { ICanaryEndpoint } from './endpoint-interface';

export interface CanaryEndpointAttributes {
  readonly model: string;
  readonly endpointName: string;
  readonly releaseControllerArn: string;
  /** Image of what serves. */
  readonly serverImageUri: string;
  /** Machine that serves, such as `ml.m5.large`. @default - that of size small */
  readonly instanceType?: string;
  /** Days that captured requests are kept. @default 30 */
  readonly captureDays?: number;
}

const DAY = 86_400;
/** Days of captured requests where nothing asks for more. */
export const CAPTURE_DAYS = 30;

/** An endpoint of another stack. */
export class ImportedEndpoint extends Construct implements ICanaryEndpoint {
  readonly model: string;
  readonly endpointName: string;
  readonly releaseController: IStateMachine;
  readonly serverImage: ContainerImage;
  readonly compute: ComputePlan;
  readonly captureSeconds: number;

  constructor(scope: Construct, id: string, attributes: CanaryEndpointAttributes) {
    super(scope, id);
    const { model, endpointName, releaseControllerArn, serverImageUri, captureDays = CAPTURE_DAYS } = attributes;
    this.model = model;
    this.endpointName = endpointName;
    this.releaseController = StateMachine.fromStateMachineArn(this, 'ReleaseController', releaseControllerArn);
    this.serverImage = { reference: serverImageUri, uri: serverImageUri };
    this.compute = planCompute(attributes.instanceType === undefined ? 'small' : { aws: attributes.instanceType });
    this.captureSeconds = captureDays * DAY;
  }
}
