/** Names of platforms, models and environments: lower case, digits and dashes, starting with a letter, no dash at the end. */
export const NAME_PATTERN = /^[a-z][a-z0-9-]*[a-z0-9]$/;
export const PLATFORM_NAME_MAX = 24;
export const MODEL_NAME_MAX = 32;

/** A name of a column that every engine accepts once it is quoted. */
export const COLUMN_NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_ .-]*$/;

/** `minRequests` → `min-requests`; text for ids made of field names. */
export function kebabCase(text: string): string {
  return text
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase();
}

/** `drift-data` → `DriftData`; construct ids made of plan ids. */
export function pascalCase(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .filter((part) => part !== '')
    .map((part) => part[0]!.toUpperCase() + part.slice(1))
    .join('');
}
