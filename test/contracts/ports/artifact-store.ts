import { createHash } from 'node:crypto';
import type { ArtifactStore } from '../../../src/runtime/ports';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (body: Uint8Array | undefined): string | undefined =>
  body === undefined ? undefined : new TextDecoder().decode(body);

/** What every artifact store does. */
export function artifactStoreContract(name: string, make: () => Promise<ArtifactStore>): void {
  describe(`artifact store: ${name}`, () => {
    it('gives back what was put, as it was then', async () => {
      const store = await make();
      const body = bytes('first');
      await store.put('runs/a/model/weights.bin', body);
      body[0] = 0;
      expect(textOf(await store.get('runs/a/model/weights.bin'))).toBe('first');
      await store.put('runs/a/model/weights.bin', bytes('second'));
      expect(textOf(await store.get('runs/a/model/weights.bin'))).toBe('second');
    });

    it('knows no key that nobody put, nor a prefix of one', async () => {
      const store = await make();
      await store.put('runs/a/metrics.json', bytes('{}'));
      expect(await store.get('runs/b')).toBeUndefined();
      expect(await store.get('runs/a')).toBeUndefined();
      expect(await store.get('runs/a/metrics.json/more')).toBeUndefined();
    });

    it('creates a key once, whoever asks at the same time', async () => {
      const store = await make();
      const created = await Promise.all(
        ['a', 'b', 'c'].map((text) => store.putIfAbsent('versions/1.json', bytes(text))),
      );
      expect(created.filter(Boolean)).toHaveLength(1);
      const winner = ['a', 'b', 'c'][created.indexOf(true)];
      expect(textOf(await store.get('versions/1.json'))).toBe(winner);
      expect(await store.putIfAbsent('versions/1.json', bytes('late'))).toBe(false);
      expect(textOf(await store.get('versions/1.json'))).toBe(winner);
    });

    it('lists the keys below a prefix, sorted, and ends a prefix within a name', async () => {
      const store = await make();
      for (const key of ['runs/b/x', 'runs/a/y', 'runs/a/deep/z', 'runs/ab/x', 'other'])
        await store.put(key, bytes('1'));
      expect(await store.list('runs/a/')).toEqual(['runs/a/deep/z', 'runs/a/y']);
      expect(await store.list('runs/a')).toEqual(['runs/a/deep/z', 'runs/a/y', 'runs/ab/x']);
      expect(await store.list('none/')).toEqual([]);
    });

    it('knows the digest of what is there, and copies by uri', async () => {
      const store = await make();
      for (const text of ['', 'a', 'abcdefgh', 'abcdefghi']) {
        await store.put('runs/a b/model.bin', bytes(text));
        const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
        expect(await store.digest('runs/a b/model.bin')).toBe(digest);
        await store.copyFrom(store.uri('runs/a b/model.bin'), 'runs/copy/model.bin');
        expect(textOf(await store.get('runs/copy/model.bin'))).toBe(text);
      }
      expect(await store.digest('runs/none')).toBeUndefined();
      expect(await store.digest('runs/a b')).toBeUndefined();
      await expect(store.copyFrom(store.uri('runs/none'), 'runs/late')).rejects.toThrow();
      expect(await store.get('runs/late')).toBeUndefined();
    });

    it('keeps bytes that are no text, and an empty body', async () => {
      const store = await make();
      await store.put('bin', Uint8Array.from([0, 255, 128]));
      await store.put('empty', new Uint8Array());
      expect([...(await store.get('bin'))!]).toEqual([0, 255, 128]);
      expect((await store.get('empty'))!).toHaveLength(0);
      expect(store.uri('bin')).toContain('bin');
    });
  });
}
