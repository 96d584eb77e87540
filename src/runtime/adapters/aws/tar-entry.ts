import { gunzipSync } from 'node:zlib';

const BLOCK = 512;

/**
 * One file out of a small `.tar.gz`, by its base name; undefined when it is not in it. The format is POSIX ustar: a block of
 * header (name in bytes 0–99, size in octal in bytes 124–135), then the content, padded to whole blocks.
 */
export function tarEntry(archive: Uint8Array, name: string): Uint8Array | undefined {
  const bytes = gunzipSync(archive);
  const text = (from: number, length: number): string =>
    bytes
      .subarray(from, from + length)
      .toString('utf8')
      .replace(/\0.*$/s, '')
      .trim();
  for (let at = 0; at + BLOCK <= bytes.length; ) {
    const entry = text(at, 100);
    if (entry === '') return undefined;
    const size = Number.parseInt(text(at + 124, 12), 8);
    if (!Number.isInteger(size) || size < 0) return undefined;
    const start = at + BLOCK;
    if (entry.split('/').at(-1) === name && size > 0) return bytes.subarray(start, start + size);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return undefined;
}
