import { serviceError } from '../../aws/adapters/fake-client';
import type { Configuration } from '../../aws/adapters/fake-endpoints';
import type { Endpoints } from '../../aws/execution/endpoints';
import type { ModelServers } from './model-servers';

interface Named {
  readonly EndpointName: string;
  readonly EndpointConfigName: string;
}

/** Endpoints of their own, on which candidates are asked before they are registered; the live endpoint is another one. */
export class SmokeEndpoints {
  /** Names, in the order in which they were made. */
  readonly made: string[] = [];
  private readonly serving = new Map<string, string>();

  constructor(
    private readonly live: string,
    private readonly endpoints: Endpoints,
    private readonly servers: ModelServers,
  ) {}

  sagemaker() {
    const live = this.endpoints.operations();
    return {
      CreateEndpoint: (input: Named) => {
        if (input.EndpointName === this.live) return live.CreateEndpoint(input as unknown as Configuration);
        this.made.push(input.EndpointName);
        this.serving.set(input.EndpointName, input.EndpointConfigName);
        return {};
      },
      DescribeEndpoint: ({ EndpointName }: Named) => {
        if (EndpointName === this.live) return live.DescribeEndpoint();
        if (!this.serving.has(EndpointName)) throw serviceError('ValidationException', 'Could not find endpoint');
        return { EndpointStatus: 'InService' };
      },
      DeleteEndpoint: async ({ EndpointName }: Named) => {
        if (EndpointName === this.live) return live.DeleteEndpoint();
        await this.servers.stop(this.modelOf(EndpointName));
        this.serving.delete(EndpointName);
        return {};
      },
      DeleteEndpointConfig: () => ({}),
    };
  }

  runtime() {
    return {
      InvokeEndpoint: async ({ EndpointName, Body }: { EndpointName: string; Body: string }) => {
        const { instances } = JSON.parse(Body);
        const { predictions, error } = await this.servers.ask(this.modelOf(EndpointName), instances);
        if (error !== null) throw serviceError('ModelError', error);
        return { Body: new TextEncoder().encode(JSON.stringify({ predictions })) };
      },
    };
  }

  private modelOf(endpoint: string): string {
    const configuration = this.endpoints.configurations.get(this.serving.get(endpoint) ?? '');
    if (configuration === undefined) throw serviceError('ValidationException', `Could not find endpoint ${endpoint}`);
    return configuration.ProductionVariants[0]!.ModelName;
  }
}
