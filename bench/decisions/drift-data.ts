import { dataSchema } from '../../src/definition/data';
import { driftSchema } from '../../src/definition/monitoring';
import type { ProfileColumn } from '../../src/runtime/core/drift';

/** A definition's sections for these columns, with all defaults filled in. */
export function parsedPolicy(columns: readonly ProfileColumn[], drift: object, critical: readonly string[] = []) {
  return {
    drift: driftSchema.parse(drift),
    data: dataSchema.parse({
      source: { local: 'data.csv' },
      format: 'csv',
      timestamp: 'time',
      label: { column: 'label' },
      columns: Object.fromEntries(columns.map(({ name, type }) => [name, { type, critical: critical.includes(name) }])),
    }),
  };
}
export async function rainfallReport(_d: string) {}
export async function employmentReport(_d: string) {}
export async function seasonReport(_d: string) {}
