import { type Column, columnSchema, type Data } from '../../../definition/data';
import type { ModelDefinition } from '../../../definition/platform';
import { storageFamily } from '../../../runtime/sql/data-checks';
import type { RecognisedFile } from './recognise';

const TEXT: Column = columnSchema.parse({ type: 'string' });

/**
 * The columns of a CSV file as the definition has them, also under the names that they have in the file. Keys and versions stay
 * texts (`007`, `1.10`), and so do classes that are named by words, which the reader would take for truth values.
 */
export function csvColumns({ column, header }: RecognisedFile, { data, task }: ModelDefinition): Pick<Data, 'columns'> {
  const columns: Record<string, Column> = { ...data.columns };
  const label = data.columns[data.label.column];
  const named = task === 'multiclassClassification' || typeof data.label.positive === 'string';
  if (column.label !== null && label !== undefined) columns[column.label] = label;
  const texts = [
    column.key,
    column.version,
    ...(named ? [column.label] : []),
    // A probability stays a number.
    ...(named && storageFamily(header.get(column.prediction ?? '') ?? '') === 'boolean' ? [column.prediction] : []),
  ];
  for (const name of texts) if (name !== null) columns[name] = TEXT;
  return { columns };
}
