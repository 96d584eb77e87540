import { createHash } from 'node:crypto';
import { VARIANTS, type Variant } from '../../../contract/aws';

/** What an endpoint serves: versions by variant, with weights; and the version that gets copies of requests. */
export interface EndpointLayout {
  readonly production: Readonly<Partial<Record<Variant, { readonly version: number; readonly weight: number }>>>;
  readonly shadow: { readonly version: number; readonly percent: number } | null;
}

/** Capacity and capture of an endpoint's variants. */
export interface EndpointCapacity {
  readonly instanceType: string;
  readonly instances: number;
  readonly capturePercent: number;
}

export const otherVariant = (variant: Variant): Variant => (variant === 'blue' ? 'green' : 'blue');

/**
 * Variant that gets copies of requests. No alarm and no dashboard watches it: what a shadow fails or takes its time for, no client
 * has seen.
 */
export const SHADOW_VARIANT = 'shadow';

/** The variant of a version, live or mirrored; undefined when it is not deployed. */
export function variantOf(layout: EndpointLayout, version: number): Variant | typeof SHADOW_VARIANT | undefined {
  if (layout.shadow?.version === version) return SHADOW_VARIANT;
  return VARIANTS.find((variant) => layout.production[variant]?.version === version);
}

/** Percent of live traffic by version, of weights. Weights are single precision there: rounded to four digits. */
export function livePercents({ production }: EndpointLayout): Record<number, number> {
  const variants = VARIANTS.flatMap((variant) => production[variant] ?? []);
  const total = variants.reduce((sum, { weight }) => sum + weight, 0);
  return Object.fromEntries(
    variants.map(({ version, weight }) => [version, total === 0 ? 0 : Number(((100 * weight) / total).toFixed(4))]),
  );
}

/**
 * Name of the folder of captured requests: which version each variant serves, `blue-3_green-4`; a version that only gets copies
 * is named as such, `blue-3_shadow-4`, since a request that was answered twice happened once.
 */
export function deploymentName({ production, shadow }: EndpointLayout): string {
  const live = VARIANTS.flatMap((variant) => {
    const version = production[variant]?.version;
    return version === undefined ? [] : [`${variant}-${version}`];
  });
  return [...live, ...(shadow ? [`${SHADOW_VARIANT}-${shadow.version}`] : [])].join('_');
}

/** Versions that answered clients by variant, of such a name; undefined when it is none. */
export function deploymentVersions(name: string): Partial<Record<Variant, number>> | undefined {
  const versions: Partial<Record<Variant, number>> = {};
  for (const part of name.split('_')) {
    const match = /^(blue|green|shadow)-(\d+)$/.exec(part);
    if (!match) return undefined;
    if (match[1] !== SHADOW_VARIANT) versions[match[1] as Variant] = Number(match[2]);
  }
  return versions;
}

/** Name of the configuration: the same content gives the same name, so that asking twice changes nothing. */
export function configurationName(endpoint: string, layout: EndpointLayout, capacity: EndpointCapacity): string {
  const content = JSON.stringify([
    VARIANTS.map((variant) => layout.production[variant] ?? null),
    layout.shadow,
    capacity.instanceType,
    capacity.instances,
    capacity.capturePercent,
  ]);
  return `${endpoint}-${createHash('sha256').update(content).digest('hex').slice(0, 16)}`;
}

export const modelName = (endpoint: string, version: number): string => `${endpoint}-v${version}`;

/** Version of a model's name; undefined when it is none of ours. */
export function versionOfModel(endpoint: string, model: string | undefined): number | undefined {
  const match = model?.startsWith(`${endpoint}-v`) ? /^\d+$/.exec(model.slice(endpoint.length + 2)) : null;
  return match ? Number(match[0]) : undefined;
}
