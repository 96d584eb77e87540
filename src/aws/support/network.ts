import { Fn, RemovalPolicy, Stack } from 'aws-cdk-lib';
import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  type ISecurityGroup,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** Where handlers and containers run when the network is private. */
export interface PlatformNetwork {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  readonly securityGroup: ISecurityGroup;
}

const SERVICES = {
  SageMakerApi: InterfaceVpcEndpointAwsService.SAGEMAKER_API,
  SageMakerRuntime: InterfaceVpcEndpointAwsService.SAGEMAKER_RUNTIME,
  Athena: InterfaceVpcEndpointAwsService.ATHENA,
  Glue: InterfaceVpcEndpointAwsService.GLUE,
  Kms: InterfaceVpcEndpointAwsService.KMS,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  Monitoring: InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
  Sns: InterfaceVpcEndpointAwsService.SNS,
  StepFunctions: InterfaceVpcEndpointAwsService.STEP_FUNCTIONS,
  Ssm: InterfaceVpcEndpointAwsService.SSM,
  Sts: InterfaceVpcEndpointAwsService.STS,
  XRay: InterfaceVpcEndpointAwsService.XRAY,
  EcrApi: InterfaceVpcEndpointAwsService.ECR,
  EcrImages: InterfaceVpcEndpointAwsService.ECR_DOCKER,
} as const;

/** A VPC of isolated subnets in two zones: no NAT, no internet gateway; the services are reached by endpoints. */
export class PrivateNetwork extends Construct implements PlatformNetwork {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection = { subnetType: SubnetType.PRIVATE_ISOLATED };
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, { encryptionKey }: { readonly encryptionKey?: IKey } = {}) {
    super(scope, id);
    const vpc = new Vpc(this, 'Vpc', {
      // By position, not by name: names would be looked up at synthesis.
      availabilityZones: [0, 1].map((index) => Fn.select(index, Fn.getAzs(Stack.of(this).region))),
      natGateways: 0,
      createInternetGateway: false,
      restrictDefaultSecurityGroup: false,
      subnetConfiguration: [{ name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 20 }],
    });
    this.vpc = vpc;
    const logGroup = new LogGroup(this, 'FlowLogs', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(encryptionKey && { encryptionKey }),
    });
    vpc.addFlowLog('Flow', { destination: FlowLogDestination.toCloudWatchLogs(logGroup) });
    this.securityGroup = new SecurityGroup(this, 'Group', {
      vpc,
      description: 'Handlers and containers of the platform',
      allowAllOutbound: false,
    });
    const endpointGroup = new SecurityGroup(this, 'EndpointGroup', {
      vpc,
      description: 'Endpoints of AWS services',
      allowAllOutbound: false,
    });
    endpointGroup.addIngressRule(this.securityGroup, Port.tcp(443), 'handlers and containers');
    // Gateways (S3, DynamoDB) are routes, not addresses, so that the port is open but leads to nothing else.
    this.securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'endpoints of AWS services');
    vpc.addGatewayEndpoint('S3', { service: GatewayVpcEndpointAwsService.S3 });
    vpc.addGatewayEndpoint('DynamoDb', { service: GatewayVpcEndpointAwsService.DYNAMODB });
    for (const [name, service] of Object.entries(SERVICES)) {
      vpc.addInterfaceEndpoint(name, { service, subnets: this.subnets, securityGroups: [endpointGroup], open: false });
    }
    this.node.defaultChild = vpc.node.defaultChild;
  }
}

/** A VPC of the user's with a group for the platform; its endpoints and routes are the user's. */
export function wiredNetwork(scope: Construct, vpc: IVpc): PlatformNetwork {
  const securityGroup = new SecurityGroup(scope, 'NetworkGroup', {
    vpc,
    description: 'Handlers and containers of the platform',
    allowAllOutbound: true,
  });
  return { vpc, subnets: {}, securityGroup };
}
