import { serviceError } from '../adapters/fake-client';
import type { Endpoints } from './endpoints';

interface Named {
  readonly EndpointName: string;
  readonly EndpointConfigName: string;
  readonly ProductionVariants: readonly { readonly ModelName: string }[];
}
type Operations = Readonly<Record<string, ((input: never) => unknown) | undefined>>;

/** Names of the endpoints of candidates: `<platform>-<model>-t-<SHA-1>`. */
const isOfCandidate = (name: string): boolean => /-t-[0-9a-f]{40}$/.test(name);
const MINUTE = 60_000;

/**
 * Endpoints of their own, on which candidates are asked before they are registered; the one that serves is another. Each takes
 * minutes to come and to go, and neither changes nor goes meanwhile.
 */
export class SmokeEndpoints {
  /** How the next ones end. */
  ends: { readonly status: 'InService' | 'Failed'; readonly reason?: string } = { status: 'InService' };
  /** How long a candidate takes to answer. */
  answerMs = 20;
  /** How long SageMaker takes to make one. */
  createMs = 6 * MINUTE;
  /** How many were made, and rows that were asked. */
  made = 0;
  asked = 0;
  /** Milliseconds that candidates have taken to answer. */
  clockMs = 0;
  private readonly configurations = new Set<string>();
  private readonly endpoints = new Map<string, { readonly until: number; deletedAt?: number }>();

  constructor(
    private readonly live: Endpoints,
    private readonly now: () => number,
  ) {}

  /** Names of what is there or is paid for: endpoints, their configurations. */
  left(): string[] {
    const there = [...this.endpoints.keys()].filter((name) => this.statusOf(name) !== undefined);
    return [...there, ...this.configurations];
  }

  /** Operations of SageMaker; those of other endpoints go on to what serves. */
  operations(): Operations {
    const live = this.live.operations() as unknown as Operations;
    return {
      ...live,
      ...this.routed(live, 'CreateEndpointConfig', ({ EndpointConfigName: name, ProductionVariants }) => {
        if (this.configurations.has(name)) throw invalid('Cannot create already existing endpoint configuration');
        const { ModelName } = ProductionVariants[0]!;
        if (!this.live.models.has(ModelName)) throw invalid(`Could not find model ${ModelName}`);
        this.configurations.add(name);
        return {};
      }),
      ...this.routed(live, 'CreateEndpoint', ({ EndpointName: name, EndpointConfigName }) => {
        if (this.statusOf(name) !== undefined) throw invalid('Cannot create already existing endpoint');
        if (!this.configurations.has(EndpointConfigName)) throw invalid('Could not find endpoint configuration');
        this.endpoints.set(name, { until: this.now() + this.createMs });
        this.made += 1;
        return {};
      }),
      ...this.routed(live, 'DescribeEndpoint', ({ EndpointName: name }) => {
        const EndpointStatus = this.statusOf(name);
        if (EndpointStatus === undefined) throw invalid(`Could not find endpoint ${name}`);
        return { EndpointStatus, ...(EndpointStatus === 'Failed' && { FailureReason: this.ends.reason }) };
      }),
      ...this.routed(live, 'DeleteEndpoint', ({ EndpointName: name }) => {
        const status = this.statusOf(name);
        if (status === undefined) throw invalid(`Could not find endpoint ${name}`);
        if (status === 'Creating' || status === 'Deleting') throw invalid('Cannot update in-progress endpoint');
        this.endpoints.get(name)!.deletedAt = this.now();
        return {};
      }),
      ...this.routed(live, 'DeleteEndpointConfig', ({ EndpointConfigName: name }) => {
        if (!this.configurations.delete(name)) throw invalid(`Could not find endpoint configuration ${name}`);
        return {};
      }),
    };
  }

  runtime(): Operations {
    return {
      InvokeEndpoint: ({ EndpointName, Body }: { EndpointName: string; Body: string }) => {
        if (this.statusOf(EndpointName) !== 'InService') throw invalid(`Endpoint ${EndpointName} not found`);
        this.asked += 1;
        this.clockMs += this.answerMs;
        const predictions = JSON.parse(Body).instances.map(() => 'yes');
        return { Body: new TextEncoder().encode(JSON.stringify({ predictions })) };
      },
    };
  }

  private statusOf(name: string): string | undefined {
    const found = this.endpoints.get(name);
    if (found === undefined) return undefined;
    if (found.deletedAt !== undefined) return this.now() < found.deletedAt + 2 * MINUTE ? 'Deleting' : undefined;
    return this.now() < found.until ? 'Creating' : this.ends.status;
  }

  private routed(live: Operations, operation: string, own: (input: Named) => unknown): Operations {
    return {
      [operation]: (input: Named) => {
        if (isOfCandidate(input.EndpointName ?? input.EndpointConfigName)) return own(input);
        const served = live[operation];
        if (served === undefined) throw serviceError('UnknownOperationException', operation);
        return served(input as never);
      },
    };
  }
}

const invalid = (message: string): Error => serviceError('ValidationException', message);
