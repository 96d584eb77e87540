/** Names that change with every release of a bundle and say nothing in a diff. */
const HASHES: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{64}(\.zip|\.json)?\b/g, '<asset>$1'],
  [/\basset\.[0-9a-f]{32,64}\b/g, 'asset.<hash>'],
];

/** A template (or any JSON) with asset hashes replaced, so that snapshots change only when the infrastructure does. */
export function scrubAssetHashes<T>(template: T): T {
  const scrub = (value: unknown): unknown => {
    if (typeof value === 'string')
      return HASHES.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), value);
    if (Array.isArray(value)) return value.map(scrub);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, scrub(inner)]));
    return value;
  };
  return scrub(template) as T;
}

const isTemplate = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  ('Resources' in value || ('resource' in value && 'terraform' in value));

/**
 * Jest serializer for CloudFormation templates and Terraform JSON: `expect.addSnapshotSerializer(templateSerializer)`.
 * Prints them with asset hashes replaced.
 */
export const templateSerializer = {
  test: (value: unknown): boolean =>
    isTemplate(value) && JSON.stringify(scrubAssetHashes(value)) !== JSON.stringify(value),
  serialize: (
    value: unknown,
    config: unknown,
    indentation: string,
    depth: number,
    refs: unknown[],
    printer: (value: unknown, config: unknown, indentation: string, depth: number, refs: unknown[]) => string,
  ): string => printer(scrubAssetHashes(value), config, indentation, depth, refs),
};
