// A synthesised template, and its values as they are once it is deployed.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StackResource } from './stacks';

export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
}

export type Resources = Readonly<Record<string, TemplateResource>>;

const SUFFIX = '.template.json';

/** Resources by logical id, by the stack of an assembly. */
export const templatesOf = (assembly: string): ReadonlyMap<string, Resources> =>
  new Map(
    readdirSync(assembly)
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => [
        file.slice(0, -SUFFIX.length),
        (JSON.parse(readFileSync(join(assembly, file), 'utf8')) as { Resources: Resources }).Resources,
      ]),
  );

/** Resources that are in only one of two templates, or are not the same in both; sorted. */
export const differences = (one: Resources, other: Resources): string[] =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((id) => JSON.stringify(one[id]) !== JSON.stringify(other[id]))
    .sort();

/** Numbers by type, as `AWS::S3::Bucket 2`, sorted. */
export function countedTypes(resources: readonly { readonly type: string }[]): string[] {
  const counts = new Map<string, number>();
  for (const { type } of resources) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => `${type} ${count}`).sort();
}

/**
 * Replaces what a template leaves open: a reference, to whichever attribute, becomes the resource's name, a pseudo parameter
 * its value, and a join its text. `plainNames` does the same to what a service answers, so that both can be compared.
 */
export function resolved(
  value: unknown,
  deployed: readonly StackResource[],
  pseudo: Readonly<Record<string, string>>,
): unknown {
  const nameOf = (id: string): string =>
    pseudo[id] ?? plainNames(deployed.find(({ logicalId }) => logicalId === id)?.physicalId ?? `\${${id}}`);
  const inner = (one: unknown): unknown => {
    if (Array.isArray(one)) return one.map(inner);
    if (typeof one !== 'object' || one === null) return one;
    const [[key, argument] = ['', undefined]] = Object.entries(one);
    if (key === 'Ref') return nameOf(argument as string);
    if (key === 'Fn::GetAtt') return nameOf((argument as string[])[0]!);
    if (key === 'Fn::Join') {
      const [separator, parts] = argument as [string, unknown[]];
      return parts.map(inner).join(separator);
    }
    return Object.fromEntries(Object.entries(one).map(([name, item]) => [name, inner(item)]));
  };
  return inner(value);
}

/** ARNs of a text by their last part: the name. */
export const plainNames = (text: string): string =>
  text.replace(/arn:aws:(?:lambda|sns|sqs|iam|kms|cloudwatch)[^"\s,/]*[:/]([\w.-]+)/g, '$1');
