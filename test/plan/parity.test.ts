import { parityOf } from '../../src/plan/parity';
import { planPlatform } from '../../src/plan/plan-platform';
import { CONCEPTS, GAPS, RENDERED_BY, TARGETS } from '../../src/plan/renders';
import { foundation, scale } from '../support/definitions';

describe('parity', () => {
  const plan = planPlatform(scale());
  const parity = parityOf(plan);

  it('of the full example has every concept, with what renders it or why nothing does', () => {
    expect(parity.rows.map(({ concept }) => concept)).toEqual([...CONCEPTS]);
    const gapsOn = (target: string) => parity.gaps.filter((gap) => gap.target === target).map(({ concept }) => concept);
    expect(gapsOn('aws')).toEqual([]);
    expect(gapsOn('google')).toEqual(['shadow', 'deliveryDeploy']);
  });

  it('has a reason for each gap, and for nothing else', () => {
    for (const concept of CONCEPTS) {
      for (const target of TARGETS) {
        expect([concept, target, RENDERED_BY[concept][target] === null]).toEqual([
          concept,
          target,
          GAPS[concept]?.[target] !== undefined,
        ]);
      }
    }
  });

  it('tells each gap on Google as a finding of the definition that has it', () => {
    const onGoogle = parity.gaps.filter(({ target }) => target === 'google');
    const told = plan.findings
      .filter(({ id }) => id === 'gap-on-google' || id === 'shadow-not-on-google')
      .map(({ path }) => path);
    // The shadow is told by a rule of its own, which names the field.
    expect(told).toEqual(['delivery.stages.deploy-staging', 'models.demand.release.shadow']);
    expect(told).toHaveLength(onGoogle.length);
    expect(planPlatform(foundation()).findings.map(({ id }) => id)).not.toContain('gap-on-google');
  });

  it('names elements of the plan', () => {
    for (const { elements } of parity.rows) {
      for (const element of elements) {
        const [first, ...rest] = element.split('.');
        const found = rest.reduce<unknown>((inner, key) => step(inner, key), (plan as never)[first!]);
        expect([element, found === undefined]).toEqual([element, false]);
      }
    }
  });
});

/** A field by its name, an element of a list by its id, a permission by its action, a list of a model by its parts. */
function step(inner: unknown, key: string): unknown {
  if (inner === undefined || inner === null) return undefined;
  if (Array.isArray(inner)) return inner.find(({ id, action, what, name }) => [id, action, what, name].includes(key));
  const one = inner as { readonly [key: string]: unknown };
  if (key in one) return one[key];
  return Array.isArray(one['steps']) ? step(one['steps'], key) : undefined;
}
