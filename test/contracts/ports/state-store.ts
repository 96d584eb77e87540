import type { StateStore } from '../../../src/runtime/ports';

/** What every state store does. */
export function stateStoreContract(name: string, make: () => Promise<StateStore>): void {
  describe(`state store: ${name}`, () => {
    it('writes a document only when it is as expected', async () => {
      const store = await make();
      expect(await store.read('registry/m')).toBeUndefined();
      const first = await store.compareAndSwap('registry/m', null, { n: 1 });
      expect(first).toBeDefined();
      expect(await store.compareAndSwap('registry/m', null, { n: 2 })).toBeUndefined();
      expect(await store.compareAndSwap('registry/m', 'nonsense', { n: 2 })).toBeUndefined();
      expect(await store.read('registry/m')).toEqual({ value: { n: 1 }, version: first });
      const second = await store.compareAndSwap('registry/m', first!, { n: 3 });
      expect(second).not.toBe(first);
      expect(await store.compareAndSwap('registry/m', first!, { n: 4 })).toBeUndefined();
      expect((await store.read('registry/m'))!.value).toEqual({ n: 3 });
    });

    it('counts to a hundred with ten writers, and loses nothing', async () => {
      const store = await make();
      const writer = async (): Promise<void> => {
        for (let done = 0; done < 10; ) {
          const found = await store.read('counter');
          const value = (found?.value ?? 0) as number;
          if ((await store.compareAndSwap('counter', found?.version ?? null, value + 1)) !== undefined) done += 1;
        }
      };
      await Promise.all(Array.from({ length: 10 }, writer));
      expect((await store.read('counter'))!.value).toBe(100);
    });

    it('keeps documents apart, and null, zero and the empty text as they are', async () => {
      const store = await make();
      for (const [key, value] of Object.entries({ a: null, 'a/b': 0, 'a/c': '' })) {
        await store.compareAndSwap(key, null, value);
      }
      expect((await store.read('a'))!.value).toBeNull();
      expect((await store.read('a/b'))!.value).toBe(0);
      expect((await store.read('a/c'))!.value).toBe('');
      expect(await store.read('a/d')).toBeUndefined();
    });
  });
}
