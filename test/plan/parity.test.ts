import { parityOf } from '../../src/plan/parity';
import { planPlatform } from '../../src/plan/plan-platform';
import { CONCEPTS, GAPS, RENDERED_BY, TARGETS } from '../../src/plan/renders';
import { foundation, scale } from '../support/definitions';

describe('parity', () => {
  const plan = planPlatform(scale({ currency: 'USD' }));
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

  describe('of a definition that asks for more than a target has for it', () => {
    const M = 'models.demand';
    const changed = (changes: Readonly<Record<string, unknown>>) => {
      const changedPlan = planPlatform(scale({ currency: 'USD', ...changes }));
      const { rows, gaps } = parityOf(changedPlan);
      return {
        by: (concept: string, target: 'aws' | 'google') => rows.find((one) => one.concept === concept)?.[target],
        gaps: (target: string) =>
          gaps.filter((one) => one.target === target).map(({ concept, elements }) => [concept, elements]),
        findings: changedPlan.findings.map(({ id }) => id),
      };
    };
    const ALWAYS = ['shadow', 'deliveryDeploy'];

    it('has rows for what is asked for, and for nothing else', () => {
      const small = parityOf(planPlatform(foundation())).rows.map(({ concept }) => concept);
      expect(small).not.toContain('budget');
      expect(small).not.toContain('trainingBlock');
      const told = changed({ [`${M}.budget.onExceeded`]: undefined });
      expect([told.by('budget', 'google'), told.by('trainingBlock', 'google')]).toEqual([
        expect.any(String),
        undefined,
      ]);
      const objectives = (input: unknown) =>
        parityOf(planPlatform(input)).rows.find(({ concept }) => concept === 'objectives')!.elements;
      const [availability, latency] = ['availability', 'latency'].map((id) => `${M}.endpoint.objectives.${id}`);
      expect(objectives(scale())).toEqual([availability, latency]);
      expect(objectives(scale({ [`${M}.monitoring.availability`]: undefined }))).toEqual([latency]);
    });

    it('has no budget on Google Cloud without a billing account, and one on AWS', () => {
      const environments = [{ name: 'production', google: { project: 'bikes-prod', region: 'europe-west3' } }];
      const { by, gaps, findings } = changed({ environments });
      expect([by('budget', 'google'), by('trainingBlock', 'google'), by('budget', 'aws')]).toEqual([
        null,
        null,
        expect.any(String),
      ]);
      expect(gaps('google')).toEqual([
        ['shadow', expect.anything()],
        ['budget', ['budget', `${M}.budget`]],
        ['trainingBlock', [`${M}.budget.onExceeded`]],
        ['deliveryDeploy', expect.anything()],
      ]);
      expect(findings).toContain('budget-without-billing-account');
    });

    it('has no budget on AWS in another currency than AWS bills in, and one on Google Cloud', () => {
      const { by, gaps, findings } = changed({ currency: 'EUR' });
      expect([by('budget', 'aws'), by('trainingBlock', 'aws'), by('budget', 'google')]).toEqual([
        null,
        null,
        expect.any(String),
      ]);
      expect(gaps('aws')).toEqual([
        ['budget', ['budget', `${M}.budget`]],
        ['trainingBlock', [`${M}.budget.onExceeded`]],
      ]);
      expect(findings).toContain('budget-not-in-usd-on-aws');
    });

    it('has the objectives that Cloud Monitoring takes, and names the others', () => {
      const { by, gaps, findings } = changed({ [`${M}.monitoring.availability.targetPercent`]: 99.995 });
      expect(by('objectives', 'google')).toEqual(expect.any(String));
      expect(gaps('google')).toContainEqual(['objectives', [`${M}.endpoint.objectives.availability`]]);
      expect(gaps('aws')).toEqual([]);
      expect(findings).toContain('availability-above-objectives-on-google');
    });

    it('has no delivery on a cloud without a connection to the source', () => {
      const path = 'delivery.source.connection';
      const { by, gaps, findings } = changed({ [`${path}.google`]: undefined });
      expect([by('delivery', 'google'), by('deliveryRecords', 'google')]).toEqual([null, null]);
      expect(by('delivery', 'aws')).toEqual(expect.any(String));
      expect(gaps('google').map(([concept]) => concept)).toEqual([
        'shadow',
        'delivery',
        'deliveryDeploy',
        'deliveryRecords',
      ]);
      expect(findings).toContain('delivery-without-connection');
      const onAws = changed({ [`${path}.aws`]: undefined });
      expect(onAws.gaps('aws').map(([concept]) => concept)).toEqual(['delivery', 'deliveryDeploy', 'deliveryRecords']);
      expect(onAws.gaps('google').map(([concept]) => concept)).toEqual(ALWAYS);
    });
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
