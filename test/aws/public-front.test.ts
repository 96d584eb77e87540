import { Match } from 'aws-cdk-lib/assertions';
import { CognitoUserPoolsAuthorizer } from 'aws-cdk-lib/aws-apigateway';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { AccountPrincipal, Role } from 'aws-cdk-lib/aws-iam';
import { CanaryEndpoint, PublicFront } from '../../src/aws';
import { errors, latency, release, serving } from './support/definition';
import { newStack, registryIn, templateOf } from './support/stacks';

function frontOf(more: (stack: ReturnType<typeof newStack>) => object = () => ({})) {
  const stack = newStack();
  const model = { model: 'churn', task: 'binaryClassification' } as const;
  const endpoint = new CanaryEndpoint(stack, 'Endpoint', {
    ...model,
    serving,
    release,
    latency,
    errors,
    registry: registryIn(stack),
  });
  const front = new PublicFront(stack, 'Front', {
    endpoint,
    throttle: { ratePerSecond: 50, burst: 100 },
    ...more(stack),
  });
  return { stack, front };
}

test('an endpoint has no public front unless it is asked for', () => {
  const stack = newStack();
  const model = { model: 'churn', task: 'binaryClassification' } as const;
  new CanaryEndpoint(stack, 'Endpoint', { ...model, serving, release, registry: registryIn(stack) });
  templateOf(stack).resourceCountIs('AWS::ApiGateway::RestApi', 0);
});

test('callers sign with IAM, are throttled, and what is no list of rows is refused before the endpoint', () => {
  const template = templateOf(frontOf().stack);
  template.hasResourceProperties('AWS::ApiGateway::Method', {
    HttpMethod: 'POST',
    AuthorizationType: 'AWS_IAM',
    RequestValidatorId: Match.anyValue(),
    Integration: Match.objectLike({
      Type: 'AWS',
      Credentials: Match.anyValue(),
      Uri: {
        'Fn::Join': [
          '',
          Match.arrayWith([Match.stringLikeRegexp(':runtime\\.sagemaker:path/endpoints/shop-churn/invocations$')]),
        ],
      },
    }),
  });
  const methods = Object.values(template.findResources('AWS::ApiGateway::Method'));
  expect(methods.map(({ Properties }) => Properties.AuthorizationType)).not.toContain('NONE');
  template.hasResourceProperties('AWS::ApiGateway::Stage', {
    TracingEnabled: true,
    AccessLogSetting: Match.objectLike({ DestinationArn: Match.anyValue() }),
    MethodSettings: [Match.objectLike({ ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 })],
  });
  template.hasResourceProperties('AWS::ApiGateway::Model', { Schema: Match.objectLike({ required: ['instances'] }) });
});

test('its role may ask this endpoint, and nothing else', () => {
  const template = templateOf(frontOf().stack);
  const [policy] = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('Front'));
  expect(policy![1]['Properties'].PolicyDocument.Statement).toMatchObject([{ Action: 'sagemaker:InvokeEndpoint' }]);
  expect(JSON.stringify(policy![1])).toContain(':endpoint/shop-churn');
});

test('another authorizer takes the place of IAM, and callers in IAM get the one method', () => {
  const { stack, front } = frontOf((stack) => ({
    authorizer: new CognitoUserPoolsAuthorizer(stack, 'People', { cognitoUserPools: [new UserPool(stack, 'Pool')] }),
  }));
  front.grantInvoke(new Role(stack, 'Caller', { assumedBy: new AccountPrincipal('222222222222') }));
  const template = templateOf(stack);
  template.hasResourceProperties('AWS::ApiGateway::Method', {
    HttpMethod: 'POST',
    AuthorizationType: 'COGNITO_USER_POOLS',
  });
  template.hasResourceProperties('AWS::IAM::Policy', {
    PolicyDocument: {
      Statement: [
        {
          Action: 'execute-api:Invoke',
          Effect: 'Allow',
          Resource: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('/POST/invocations$')])] },
        },
      ],
    },
  });
});
