import type { Buckets } from '../../google/execution/buckets';
import type { Files } from '../world/trainer';

/** Bucket and name of `gs://bucket/name`, or of where a container sees it. */
export function placeOf(uri: string): [string, string] {
  const [bucket = '', ...path] = uri.replace(/^(gs:\/\/|\/gcs\/)/, '').split('/');
  return [bucket, path.join('/').replace(/\/$/, '')];
}

/** Objects of a folder by their names below it. @throws RangeError where there is none */
export function filesBelow(buckets: Buckets, uri: string): Files {
  const [bucket, folder] = placeOf(uri);
  const names = buckets.names(bucket).filter((name) => name.startsWith(`${folder}/`));
  if (names.length === 0) throw new RangeError(`nothing lies in ${uri}`);
  return Object.fromEntries(
    names.map((name) => [name.slice(folder.length + 1), Buffer.from(buckets.text(bucket, name)!)]),
  );
}
