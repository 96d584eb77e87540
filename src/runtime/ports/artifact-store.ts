/** Objects that do not fit in memory, such as models: what is done with them without holding one. */
export interface LargeArtifacts {
  /** `sha256:` and the hex digest of the bytes, or undefined when there is no such key. */
  digest(key: string): Promise<string | undefined>;
  /** Copies what another store of the same kind has at a `uri` to a key of this one. */
  copyFrom(uri: string, key: string): Promise<void>;
}

/** Bytes by key: model artifacts, frozen data sets, metrics, evidence, profiles. Keys are relative, with `/`. */
export interface ArtifactStore extends LargeArtifacts {
  /** The bytes, or undefined when there is no such key. */
  get(key: string): Promise<Uint8Array | undefined>;
  put(key: string, body: Uint8Array): Promise<void>;
  /** Writes only when the key is free. @returns false, and changes nothing, when it is taken */
  putIfAbsent(key: string, body: Uint8Array): Promise<boolean>;
  /** Keys below a prefix, sorted. */
  list(prefix: string): Promise<string[]>;
  /** Where a key can be found by others: `s3://…`, `gs://…`, or a path. */
  uri(key: string): string;
}
