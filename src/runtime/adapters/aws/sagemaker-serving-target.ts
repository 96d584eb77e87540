import { VARIANTS, type Variant } from '../../../contract/aws';
import { OperationError } from '../../../kernel/problem';
import type { Deployment, ServingTarget, TrafficGuard, TrafficState } from '../../ports';
import {
  configurationName,
  type EndpointCapacity,
  type EndpointLayout,
  livePercents,
  otherVariant,
  SHADOW_VARIANT,
  variantOf,
} from './endpoint-layout';
import type { EndpointRequests } from './endpoint-requests';
import { archiveUri } from './model-archive';
import type { EndpointReading, Guardrails, SageMakerEndpoint } from './sagemaker-endpoint';
import { TargetChangingError } from './target-changing';
import type { VariantScaling } from './variant-scaling';

export interface ServingTargetOptions {
  readonly instanceType: string;
  /** URI of the image that serves. */
  readonly image: () => Promise<string>;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly requests: EndpointRequests;
  /** Looks at a changing endpoint before the call ends and is made again. */
  readonly looks: number;
  /** Names of the page alarms for which SageMaker takes a guarded change back; none: changes are not guarded. */
  readonly abortAlarms: readonly string[];
}

export const LOOK_SECONDS = 5;

/**
 * A SageMaker endpoint with two variants, owned by the release controller. What was asked for is verified by the name of the
 * configuration that is in force: an update that fails leaves SageMaker in service with the old one, without an error. After
 * each change the variants that serve are the ones that scale.
 */
export class SageMakerServingTarget implements ServingTarget {
  constructor(
    private readonly endpoint: SageMakerEndpoint,
    private readonly scaling: VariantScaling,
    private readonly options: ServingTargetOptions,
  ) {}

  async deploy({ version, artifactUri, image, first, asShadow = false, serving }: Deployment): Promise<void> {
    const now = await this.settled();
    const { min, max } = serving.instances;
    const capacity: EndpointCapacity = {
      instanceType: this.options.instanceType,
      // A challenger may get all traffic in one step: it starts with as many machines as the champion has by now.
      instances: Math.max(1, min, Math.min(max, now.capacity?.instances ?? 0)),
      capturePercent: serving.capturePercent,
    };
    await this.assertOurs(version, archiveUri(artifactUri));
    if (now.layout.shadow === null && variantOf(now.layout, version) !== undefined) {
      await this.scaling.follow(servingVariants(now.layout));
      return;
    }
    await this.endpoint.createModel(version, image ?? (await this.options.image()), archiveUri(artifactUri));
    // A shadow goes beside one production variant: it is there once requests are copied to it.
    if (asShadow) return;
    const champion = championOf(now.layout);
    if (first || champion === undefined) {
      await this.become({ production: { blue: { version, weight: FULL } }, shadow: null }, capacity, now);
      return;
    }
    const production = { [champion.variant]: { version: champion.version, weight: FULL } };
    await this.become(
      { production: { ...production, [otherVariant(champion.variant)]: { version, weight: 0 } }, shadow: null },
      capacity,
      now,
    );
  }

  async setTraffic(challenger: number, percent: number, guard?: TrafficGuard): Promise<void> {
    const now = await this.settled();
    const variant = variantOf(now.layout, challenger);
    if (variant === undefined || variant === SHADOW_VARIANT) {
      if (percent === 0) return;
      throw this.refused(`version ${challenger} is not deployed`, 'a version that is deployed');
    }
    if (livePercents(now.layout)[challenger] === percent) return;
    const other = otherVariant(variant);
    if (now.layout.production[other] === undefined && percent < FULL) {
      throw this.refused(`${percent} % for version ${challenger}, the only one`, 'another version that gets the rest');
    }
    const guardrails = guard && this.guardrails(guard);
    const champion = now.layout.production[other];
    if (guardrails && percent === FULL && now.capacity !== null && champion !== undefined) {
      const production = {
        [variant]: { version: challenger, weight: FULL },
        [other]: { version: champion.version, weight: 0 },
      };
      await this.become({ production, shadow: null }, now.capacity, now, guardrails);
      return;
    }
    await this.endpoint.setWeights({
      [variant]: percent,
      ...(champion && { [other]: FULL - percent }),
    });
    const after = await this.settled();
    const live = livePercents(after.layout)[challenger];
    if (live !== percent)
      throw this.refused(`${live ?? 0} % of live traffic`, `${percent} % for version ${challenger}`);
  }

  async read(): Promise<TrafficState> {
    const { status, scaling, layout, configuration } = await this.endpoint.read();
    return {
      // More or fewer instances change nothing of who answers.
      status: scaling ? 'ready' : status,
      live: livePercents(layout),
      mirrored: layout.shadow ? { [layout.shadow.version]: layout.shadow.percent } : {},
      configuration,
    };
  }

  async mirror(version: number, percent: number): Promise<void> {
    const now = await this.settled();
    const { shadow } = now.layout;
    if (percent === 0 ? shadow?.version !== version : shadow?.version === version && shadow.percent === percent) return;
    const champion = championOf(now.layout);
    if (champion === undefined || now.capacity === null) {
      throw this.refused('no champion', 'a version that serves, whose requests are copied');
    }
    const production = { [champion.variant]: { version: champion.version, weight: FULL } };
    const mirrored = percent === 0 ? null : { version, percent };
    await this.become({ production, shadow: mirrored }, now.capacity, now);
  }

  async remove(version: number): Promise<void> {
    const now = await this.settled();
    const variant = variantOf(now.layout, version);
    if (variant === undefined || now.capacity === null) {
      await this.scaling.follow(servingVariants(now.layout));
      return;
    }
    const rest = VARIANTS.flatMap((one): [Variant, { version: number; weight: number }][] => {
      const served = now.layout.production[one];
      return served && served.version !== version ? [[one, { version: served.version, weight: FULL }]] : [];
    });
    if (rest.length === 0) {
      await this.scaling.deregister(VARIANTS);
      await this.endpoint.delete();
      return;
    }
    if ((livePercents(now.layout)[version] ?? 0) > 0) {
      throw this.refused(`version ${version} has live traffic`, 'a version without live traffic');
    }
    const shadow = now.layout.shadow?.version === version ? null : now.layout.shadow;
    await this.become({ production: Object.fromEntries(rest), shadow }, now.capacity, now);
  }

  async forget(keep: readonly number[]): Promise<void> {
    const { layout, configuration } = await this.endpoint.read();
    const isKept = (version: number): boolean => keep.includes(version) || variantOf(layout, version) !== undefined;
    await this.endpoint.forget(isKept, configuration);
  }

  /** Asks for a layout, waits, and verifies that its configuration is the one in force. */
  private async become(
    layout: EndpointLayout,
    capacity: EndpointCapacity,
    now: EndpointReading,
    guardrails?: Guardrails,
  ): Promise<void> {
    const { requests } = this.options;
    const name = configurationName(this.endpoint.options.endpoint, layout, capacity);
    if (now.configuration === name) return requests.note(null);
    const pending = await requests.pending();
    // An alarm has fired while it had all traffic: it is not tried on clients again, whoever calls.
    if (pending === `${TAKEN_BACK}${name}`) throw this.goneBack(now, name);
    // Whether SageMaker was asked has to be known for sure before a guarded change is said to have been taken back.
    if (pending !== (guardrails ? `${ASKED}${name}` : name)) {
      await requests.note(name);
      await this.ask(layout, capacity, now, guardrails);
      if (guardrails) await requests.note(`${ASKED}${name}`);
    }
    const after = await this.settled();
    await this.scaling.follow(servingVariants(after.layout));
    const isTakenBack = after.configuration !== name;
    await requests.note(isTakenBack && guardrails ? `${TAKEN_BACK}${name}` : null);
    if (isTakenBack) throw this.goneBack(after, name);
  }

  private goneBack({ configuration, reason }: EndpointReading, name: string): OperationError {
    return this.refused(
      `configuration ${configuration ?? 'none'}${reason === null ? '' : `: ${reason}`}`,
      `configuration ${name}: SageMaker has gone back to the one before`,
      'servingTargetWentBack',
    );
  }

  /** A variant that goes, or gets another machine, ends its autoscaling first; it has it again when the layout is refused. */
  private async ask(
    layout: EndpointLayout,
    capacity: EndpointCapacity,
    now: EndpointReading,
    guardrails?: Guardrails,
  ): Promise<void> {
    const isReplaced = now.capacity !== null && now.capacity.instanceType !== capacity.instanceType;
    const before = servingVariants(now.layout);
    await this.scaling.deregister(before.filter((variant) => isReplaced || layout.production[variant] === undefined));
    try {
      await this.endpoint.request(layout, capacity, now.status !== 'absent', guardrails);
    } catch (error) {
      await this.options.requests.note(null);
      await this.scaling.follow(before);
      throw error;
    }
  }

  /** The endpoint once nothing goes on. @throws TargetChangingError while something does; OperationError when it failed */
  private async settled(): Promise<EndpointReading> {
    for (let look = 1; ; look++) {
      const reading = await this.endpoint.read();
      if (reading.status === 'failed') {
        throw this.refused(reading.reason ?? 'status Failed', 'an endpoint that is in service or absent');
      }
      if (reading.status !== 'changing') return reading;
      if (look >= this.options.looks) throw new TargetChangingError(this.endpoint.options.endpoint);
      await this.options.sleep(LOOK_SECONDS * 1000);
    }
  }

  /**
   * An endpoint and its models outlive the stack. A platform that is deployed again under the same names counts its versions from
   * 1 anew, and would serve what another artifact has left under that number.
   */
  private async assertOurs(version: number, archive: string): Promise<void> {
    const found = await this.endpoint.archiveOf(version);
    if (found === null || found === archive) return;
    throw new OperationError({
      code: 'modelOfAnotherLife',
      path: `sagemaker.${this.endpoint.options.endpoint}.v${version}`,
      got: found,
      expected: archive,
      fix: `an earlier platform of this name has left it: delete the endpoint ${this.endpoint.options.endpoint}, its configurations and models, then release again`,
    });
  }

  /** Undefined where no alarm could take the change back: waiting alone guards nothing. */
  private guardrails({ bakeSeconds }: TrafficGuard): Guardrails | undefined {
    const alarms = this.options.abortAlarms.slice(0, MOST_ALARMS);
    return alarms.length === 0 ? undefined : { bakeSeconds, alarms };
  }

  private refused(got: string, expected: string, code = 'servingTargetRefused'): OperationError {
    return new OperationError({
      code,
      path: `sagemaker.${this.endpoint.options.endpoint}`,
      got,
      expected,
      fix: "look at the endpoint's events and its container's log",
    });
  }
}

const FULL = 100;
/** Before the name of a configuration that SageMaker was asked for under guardrails. */
const ASKED = 'asked:';
/** Before the name of a configuration that the guardrails have taken back. */
const TAKEN_BACK = 'taken-back:';
/** Alarms that SageMaker takes for one change. */
const MOST_ALARMS = 10;

/** Variants with live traffic, or ready for it. A shadow is none: it goes before it could scale. */
const servingVariants = ({ production }: EndpointLayout): Variant[] =>
  VARIANTS.filter((variant) => production[variant] !== undefined);

/** The variant with the most live traffic: before the final step the champion's. */
function championOf({ production }: EndpointLayout): { variant: Variant; version: number } | undefined {
  const [best] = VARIANTS.flatMap((variant) => {
    const served = production[variant];
    return served ? [{ variant, ...served }] : [];
  }).sort((a, b) => b.weight - a.weight);
  return best;
}
