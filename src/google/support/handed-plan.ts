/** Plans that `MlPlatform` has made already, by the props that it passes on. */
const HANDED = new WeakMap<object, unknown>();

/**
 * Hands a finished part of the plan to a construct: what the platform's definition says beyond the construct's own props
 * (runbook links, freshness, cost bounds) is in it.
 */
export function handPlan<P extends object, Part>(props: P, part: Part): P {
  HANDED.set(props, part);
  return props;
}

/** The part that was handed over with these props, or the one that `plan` makes. */
export function handedOr<Part>(props: object, plan: () => Part): Part {
  return (HANDED.get(props) as Part | undefined) ?? plan();
}
