import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { ICanaryEndpoint } from './endpoint-interface';

/** Access of other identities to an endpoint: `endpoint.grants.invoke(role)`. */
export class EndpointGrants {
  constructor(private readonly endpoint: ICanaryEndpoint) {}

  /** Asks for predictions. */
  invoke(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['sagemaker:InvokeEndpoint'],
      resourceArns: [
        Stack.of(this.endpoint).formatArn({
          service: 'sagemaker',
          resource: 'endpoint',
          resourceName: this.endpoint.endpointName,
        }),
      ],
    });
  }

  /** Releases a version that is registered and approved. */
  release(grantee: IGrantable): Grant {
    return this.endpoint.releaseController.grantStartExecution(grantee);
  }
}
