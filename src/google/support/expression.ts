/** An expression of Cloud Workflows. */
export const expr = (text: string): string => `\${${text}}`;
