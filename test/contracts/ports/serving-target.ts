import type { Deployment, ServingTarget } from '../../../src/runtime/ports';

/** What every serving target does. `deployment` gives a version that can be deployed. */
export function servingTargetContract(
  name: string,
  make: () => Promise<{
    target: ServingTarget;
    deployment: (version: number, first: boolean) => Deployment;
    close: () => Promise<void>;
  }>,
): void {
  describe(`serving target: ${name}`, () => {
    let world: Awaited<ReturnType<typeof make>>;
    beforeEach(async () => {
      world = await make();
    });
    afterEach(() => world.close());

    it('is absent, then serves the first version alone', async () => {
      const { target, deployment } = world;
      expect(await target.read()).toMatchObject({ status: 'absent', live: {} });
      await target.deploy(deployment(1, true));
      await target.deploy(deployment(1, true));
      expect(await target.read()).toMatchObject({ status: 'ready', live: { 1: 100 }, mirrored: {} });
    });

    it('moves traffic to a challenger and back, and reads back what is so', async () => {
      const { target, deployment } = world;
      await target.deploy(deployment(1, true));
      await target.deploy(deployment(2, false));
      expect((await target.read()).live[2] ?? 0).toBe(0);
      for (const percent of [5, 50, 100, 0]) {
        await target.setTraffic(2, percent);
        const { live } = await target.read();
        expect(live[2] ?? 0).toBe(percent);
        expect(live[1] ?? 0).toBe(100 - percent);
      }
      await target.remove(2);
      expect((await target.read()).live).toEqual({ 1: 100 });
    });

    it('mirrors, and stops mirroring', async () => {
      const { target, deployment } = world;
      await target.deploy(deployment(1, true));
      await target.deploy(deployment(2, false));
      await target.mirror(2, 100);
      expect((await target.read()).mirrored).toEqual({ 2: 100 });
      await target.mirror(2, 0);
      expect((await target.read()).mirrored).toEqual({});
    });

    it('refuses to take out a version that has live traffic, and to send some to one that is not there', async () => {
      const { target, deployment } = world;
      await target.deploy(deployment(1, true));
      await target.deploy(deployment(2, false));
      await target.setTraffic(2, 50);
      await expect(target.remove(2)).rejects.toThrow();
      await expect(target.setTraffic(3, 10)).rejects.toThrow();
      await target.setTraffic(3, 0);
      expect((await target.read()).live).toEqual({ 1: 50, 2: 50 });
    });
  });
}
