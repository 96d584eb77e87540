import { Stack, TagManager } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Tags of a construct's resource, by key, ascending: for what is made at run time in its place, so that it is found and paid for
 * alike. They are known once all aspects have been there: to be called at synthesis, out of a `Lazy`.
 */
export function tagsOf(construct: IConstruct): Record<string, string> {
  const own = TagManager.of(construct.node.defaultChild ?? construct);
  const all = { ...Stack.of(construct).tags.tagValues(), ...own?.tagValues() };
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}
