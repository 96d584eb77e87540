import { Aws, Fn, RemovalPolicy } from 'aws-cdk-lib';
import {
  CfnFlowLog,
  CfnRouteTable,
  CfnSubnet,
  CfnSubnetRouteTableAssociation,
  CfnVPC,
  CfnVPCEndpoint,
  type ISecurityGroup,
  type IVpc,
  Peer,
  Port,
  SecurityGroup,
  type SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** Where handlers and containers run when the network is private. */
export interface PlatformNetwork {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  readonly securityGroup: ISecurityGroup;
}

const CIDR = '10.0.0.0/16';
/** One subnet a zone, of 4,096 addresses. */
const SUBNET_CIDRS = ['10.0.0.0/20', '10.0.16.0/20'] as const;

const GATEWAYS = ['s3', 'dynamodb'] as const;
const INTERFACES = [
  'application-autoscaling',
  'athena',
  'ecr.api',
  'ecr.dkr',
  'events',
  'glue',
  'kms',
  'logs',
  'monitoring',
  'sagemaker.api',
  'sagemaker.runtime',
  'sns',
  'ssm',
  'states',
  'sts',
  'xray',
] as const;

/**
 * A VPC of isolated subnets in two zones: no NAT, no internet gateway; the services are reached by endpoints. It is made of
 * plain resources, because CDK's own VPC asks the account for the names of its zones at synthesis.
 */
export class PrivateNetwork extends Construct implements PlatformNetwork {
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection = { subnetType: SubnetType.PRIVATE_ISOLATED };
  readonly securityGroup: SecurityGroup;

  constructor(scope: Construct, id: string, { encryptionKey }: { readonly encryptionKey?: IKey } = {}) {
    super(scope, id);
    const vpc = new CfnVPC(this, 'Vpc', { cidrBlock: CIDR, enableDnsHostnames: true, enableDnsSupport: true });
    const zones = SUBNET_CIDRS.map((_, index) => Fn.select(index, Fn.getAzs()));
    const routes = new CfnRouteTable(this, 'Routes', { vpcId: vpc.attrVpcId });
    const subnetIds = SUBNET_CIDRS.map((cidrBlock, index) => {
      const subnet = new CfnSubnet(this, `Subnet${index + 1}`, {
        vpcId: vpc.attrVpcId,
        cidrBlock,
        availabilityZone: zones[index]!,
        mapPublicIpOnLaunch: false,
      });
      new CfnSubnetRouteTableAssociation(this, `Subnet${index + 1}Routes`, {
        subnetId: subnet.attrSubnetId,
        routeTableId: routes.attrRouteTableId,
      });
      return subnet.attrSubnetId;
    });
    this.vpc = Vpc.fromVpcAttributes(this, 'Network', {
      vpcId: vpc.attrVpcId,
      vpcCidrBlock: CIDR,
      availabilityZones: zones,
      isolatedSubnetIds: subnetIds,
      isolatedSubnetRouteTableIds: SUBNET_CIDRS.map(() => routes.attrRouteTableId),
    });
    const flowLogs = new LogGroup(this, 'FlowLogs', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(encryptionKey && { encryptionKey }),
    });
    const flowRole = new Role(this, 'FlowRole', { assumedBy: new ServicePrincipal('vpc-flow-logs.amazonaws.com') });
    flowLogs.grantWrite(flowRole);
    flowLogs.grant(flowRole, 'logs:DescribeLogStreams');
    new CfnFlowLog(this, 'Flow', {
      resourceId: vpc.attrVpcId,
      resourceType: 'VPC',
      trafficType: 'ALL',
      logDestinationType: 'cloud-watch-logs',
      logGroupName: flowLogs.logGroupName,
      deliverLogsPermissionArn: flowRole.roleArn,
    });
    this.securityGroup = new SecurityGroup(this, 'Group', {
      vpc: this.vpc,
      description: 'Handlers and containers of the platform',
      allowAllOutbound: false,
    });
    const endpointGroup = new SecurityGroup(this, 'EndpointGroup', {
      vpc: this.vpc,
      description: 'Endpoints of AWS services',
      allowAllOutbound: false,
    });
    endpointGroup.addIngressRule(this.securityGroup, Port.tcp(443), 'handlers and containers');
    // Gateways (S3, DynamoDB) are routes, not addresses, so that the port is open but leads to nothing else.
    this.securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'endpoints of AWS services');
    for (const service of GATEWAYS) {
      new CfnVPCEndpoint(this, `${service}Endpoint`, {
        vpcId: vpc.attrVpcId,
        serviceName: `com.amazonaws.${Aws.REGION}.${service}`,
        vpcEndpointType: 'Gateway',
        routeTableIds: [routes.attrRouteTableId],
      });
    }
    for (const service of INTERFACES) {
      new CfnVPCEndpoint(this, `${service}Endpoint`, {
        vpcId: vpc.attrVpcId,
        serviceName: `com.amazonaws.${Aws.REGION}.${service}`,
        vpcEndpointType: 'Interface',
        privateDnsEnabled: true,
        subnetIds,
        securityGroupIds: [endpointGroup.securityGroupId],
      });
    }
    this.node.defaultChild = vpc;
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
