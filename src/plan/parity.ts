import type { Plan } from './plan';
import { CONCEPTS, type Concept, rendersOf, TARGETS, type Target } from './renders';

/** What renders the elements of one concept, target by target; null where nothing does. */
export type ParityRow = { readonly concept: Concept; readonly elements: readonly string[] } & {
  readonly [T in Target]: string | null;
};

export interface ParityGap {
  readonly concept: Concept;
  readonly target: Target;
  /** Plan elements that nothing renders there. */
  readonly elements: readonly string[];
  /** Why, and what is there instead. */
  readonly why: string;
}

export interface Parity {
  readonly rows: readonly ParityRow[];
  readonly gaps: readonly ParityGap[];
}

/** What of a plan is rendered with what on every target, and what is not. */
export function parityOf(plan: Omit<Plan, 'findings'>): Parity {
  const renders = TARGETS.map((target) => ({ target, all: rendersOf(plan, target) }));
  const rows = CONCEPTS.flatMap((concept): ParityRow[] => {
    const found = renders.map(({ target, all }) => [target, all.find((one) => one.concept === concept)] as const);
    const elements = found[0]?.[1]?.elements;
    if (elements === undefined) return [];
    const by = Object.fromEntries(found.map(([target, one]) => [target, one?.by ?? null]));
    return [{ concept, elements, ...(by as Record<Target, string | null>) }];
  });
  const gaps = renders.flatMap(({ target, all }) =>
    all.flatMap(({ concept, missing, gap }) =>
      gap === null ? [] : [{ concept, target, elements: missing, why: gap }],
    ),
  );
  return { rows, gaps };
}
