import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccessLogFormat,
  AuthorizationType,
  AwsIntegration,
  EndpointType,
  type IAuthorizer,
  JsonSchemaType,
  LogGroupLogDestination,
  PassthroughBehavior,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import { Grant, type IGrantable, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { EndpointGrants } from './endpoint-grants';
import type { ICanaryEndpoint } from './endpoint-interface';

export interface PublicFrontProps {
  readonly endpoint: ICanaryEndpoint;
  /** Requests a second that are let through on average, and at most at a time; more are refused with 429. */
  readonly throttle: { readonly ratePerSecond: number; readonly burst: number };
  /** Who may call, where IAM does not say so: an authorizer of Cognito, or of a function. @default - callers sign with IAM */
  readonly authorizer?: IAuthorizer;
  /** Key of the access log. @default - a key of AWS */
  readonly encryptionKey?: IKey;
  /** Longest wait for an answer, at most 29 s. @default - 29 s */
  readonly timeout?: Duration;
}

const MAX_TIMEOUT_SECONDS = 29;
const STATUSES = [
  { statusCode: '200' },
  { statusCode: '400', selectionPattern: '4(?!29)\\d{2}' },
  { statusCode: '429', selectionPattern: '429' },
  { statusCode: '502', selectionPattern: '5\\d{2}' },
];

/**
 * A door for callers outside of the account: `POST /invocations` of a REST API in front of an endpoint, which stays private.
 * Nobody gets in without authorisation, and no more than the throttle lets through. Nothing is in between: no function has to be
 * paid for or woken.
 */
export class PublicFront extends Construct {
  readonly api: RestApi;
  /** `https://…/invocations`. */
  readonly url: string;

  constructor(
    scope: Construct,
    id: string,
    { endpoint, throttle, authorizer, timeout, encryptionKey }: PublicFrontProps,
  ) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      description: `Asks ${endpoint.model} for predictions`,
    });
    new EndpointGrants(endpoint).invoke(role);
    const logs = new LogGroup(this, 'Access', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(encryptionKey && { encryptionKey }),
    });
    this.api = new RestApi(this, 'Api', {
      restApiName: endpoint.endpointName,
      description: `Predictions of ${endpoint.model}`,
      endpointTypes: [EndpointType.REGIONAL],
      // An account setting by which API Gateway writes logs: without it no stage with an access log can be made. It is the
      // account's, not this API's, and outlives it.
      cloudWatchRole: true,
      cloudWatchRoleRemovalPolicy: RemovalPolicy.RETAIN,
      deployOptions: {
        throttlingRateLimit: throttle.ratePerSecond,
        throttlingBurstLimit: throttle.burst,
        tracingEnabled: true,
        accessLogDestination: new LogGroupLogDestination(logs),
        // Who, when, how it ended; neither rows nor answers.
        accessLogFormat: AccessLogFormat.jsonWithStandardFields({
          caller: true,
          httpMethod: true,
          ip: true,
          protocol: true,
          requestTime: true,
          resourcePath: true,
          responseLength: true,
          status: true,
          user: true,
        }),
      },
    });
    const model = this.api.addModel('Rows', {
      contentType: 'application/json',
      schema: {
        type: JsonSchemaType.OBJECT,
        required: ['instances'],
        properties: { instances: { type: JsonSchemaType.ARRAY, minItems: 1, items: { type: JsonSchemaType.OBJECT } } },
      },
    });
    const integration = new AwsIntegration({
      service: 'runtime.sagemaker',
      path: `endpoints/${endpoint.endpointName}/invocations`,
      integrationHttpMethod: 'POST',
      options: {
        credentialsRole: role,
        // What is not declared as JSON would go past the check of the body.
        passthroughBehavior: PassthroughBehavior.NEVER,
        requestTemplates: { 'application/json': "$input.json('$')" },
        timeout: timeout ?? Duration.seconds(MAX_TIMEOUT_SECONDS),
        requestParameters: { 'integration.request.header.Content-Type': "'application/json'" },
        integrationResponses: STATUSES,
      },
    });
    this.api.root.addResource('invocations').addMethod('POST', integration, {
      authorizationType: authorizer?.authorizationType ?? AuthorizationType.IAM,
      ...(authorizer && { authorizer }),
      requestModels: { 'application/json': model },
      requestValidatorOptions: { requestValidatorName: 'rows', validateRequestBody: true },
      methodResponses: STATUSES.map(({ statusCode }) => ({ statusCode })),
    });
    this.url = this.api.urlForPath('/invocations');
    this.node.defaultChild = this.api.node.defaultChild;
  }

  /** Lets an identity ask for predictions through this front, where callers sign with IAM. */
  grantInvoke(grantee: IGrantable): Grant {
    return Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:Invoke'],
      resourceArns: [this.api.arnForExecuteApi('POST', '/invocations', this.api.deploymentStage.stageName)],
    });
  }
}
