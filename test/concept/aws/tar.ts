import { gunzipSync, gzipSync } from 'node:zlib';

const BLOCK = 512;

/** A `.tar.gz` in the ustar format, the same bytes for the same files. */
export function packed(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const parts = Object.keys(files)
    .sort()
    .flatMap((name) => {
      const body = files[name]!;
      const header = Buffer.alloc(BLOCK);
      header.write(name, 0);
      header.write('0000644', 100);
      header.write(body.length.toString(8).padStart(11, '0'), 124);
      header.write('        ', 148);
      header.write('0', 156);
      header.write('ustar', 257);
      const sum = header.reduce((total, byte) => total + byte, 0);
      header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
      return [header, Buffer.concat([body, Buffer.alloc((BLOCK - (body.length % BLOCK)) % BLOCK)])];
    });
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]));
}

/** The files of such an archive. */
export function unpacked(archive: Uint8Array): Record<string, Uint8Array> {
  const bytes = gunzipSync(archive);
  const files: Record<string, Uint8Array> = {};
  for (let at = 0; bytes[at] !== 0 && at < bytes.length; ) {
    const name = bytes.toString('utf8', at, at + 100).replace(/\0.*$/, '');
    const size = Number.parseInt(bytes.toString('utf8', at + 124, at + 136), 8);
    files[name] = Uint8Array.from(bytes.subarray(at + BLOCK, at + BLOCK + size));
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
