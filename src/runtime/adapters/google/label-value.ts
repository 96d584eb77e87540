/** A text as a label's key or value: lower case, digits, dashes and underscores, at most 63. */
export const labelValue = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '_')
    .slice(0, 63);
