/** Longest key and value of a label. */
const MAX = 63;

const clean = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '_')
    .slice(0, MAX);

/** A text as a label's value: lower case, digits, dashes and underscores. */
export const labelValue = (text: string): string => clean(text);

/** A text as a label's key, which starts with a letter. */
export const labelKey = (text: string): string => (/^[a-z]/.test(clean(text)) ? clean(text) : clean(`t_${text}`));

/** Tags as labels, sorted by key. Where two tags become the same key, the first in alphabetical order stays. */
export function labelsOf(tags: Readonly<Record<string, string>>): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const key of Object.keys(tags).sort()) labels[labelKey(key)] ??= labelValue(tags[key]!);
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
