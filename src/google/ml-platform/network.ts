import { ComputeNetwork } from '@cdktf/provider-google/lib/compute-network';
import { ComputeSubnetwork } from '@cdktf/provider-google/lib/compute-subnetwork';
import { VpcAccessConnector } from '@cdktf/provider-google/lib/vpc-access-connector';
import { Construct } from 'constructs';
import { locationOf } from '../support/location';
import { physicalName } from '../support/names';

/** A private network that handlers send through; jobs of Vertex AI run outside of it (`jobs-outside-network-on-google`). */
export interface INetwork {
  /** `projects/…/global/networks/…`. */
  readonly networkName: string;
  /** Serverless VPC Access connector, `projects/…/connectors/…`. */
  readonly connectorName: string;
}

/** Private addresses of the platform's own network: a connector takes a subnet of its own, a /28. */
const SUBNET_RANGE = '10.64.0.0/28';

/** A network of the platform's own, and the subnet through which handlers send what they send: no public addresses, Google's APIs reached privately, flows logged. */
export class PrivateNetwork extends Construct implements INetwork {
  readonly networkName: string;
  readonly connectorName: string;

  constructor(scope: Construct, id: string, props: { readonly platform: string }) {
    super(scope, id);
    const { project, region } = locationOf(this);
    const network = new ComputeNetwork(this, 'Network', {
      project,
      name: physicalName(this, 'network', props.platform),
      autoCreateSubnetworks: false,
      routingMode: 'REGIONAL',
    });
    this.node.defaultChild = network;
    const subnetwork = new ComputeSubnetwork(this, 'Subnetwork', {
      project,
      region,
      name: physicalName(this, 'network', props.platform, 'subnet'),
      network: network.id,
      ipCidrRange: SUBNET_RANGE,
      privateIpGoogleAccess: true,
      logConfig: { aggregationInterval: 'INTERVAL_10_MIN', flowSampling: 0.1, metadata: 'INCLUDE_ALL_METADATA' },
    });
    const connector = new VpcAccessConnector(this, 'Connector', {
      project,
      region,
      name: physicalName(this, 'connector', props.platform),
      // Without one of ours Google makes a hidden subnet, with neither private access nor logs.
      subnet: { name: subnetwork.name },
      minInstances: 2,
      maxInstances: 3,
    });
    this.networkName = network.id;
    this.connectorName = connector.id;
  }

  /** A network that exists already. */
  static fromNetworkAttributes(attributes: INetwork): INetwork {
    return { ...attributes };
  }
}
