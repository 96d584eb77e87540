/** A bucket and the prefix below which a model's objects stand; the prefix is empty or ends with `/`. */
export interface BucketLocation {
  readonly bucket: string;
  readonly prefix: string;
}

/** `bucket` or `bucket/prefix`, as in MLP_ARTIFACTS. */
export function bucketLocation(text: string): BucketLocation {
  const [bucket = '', ...rest] = text.split('/').filter((part) => part !== '');
  return { bucket, prefix: rest.length === 0 ? '' : `${rest.join('/')}/` };
}
