import type { Column } from '../../definition/data';
import type { ModelDefinition } from '../../definition/platform';
import { isPositive } from '../../runtime/core/metrics/rows';
import { cannotMakeUp } from './cannot-make-up';
import { valuesOf } from './columns';
import { assertMatches } from './text-column';

type Scalar = string | number | boolean;

/** Classes of a label that names none. */
const CLASSES = ['a', 'b', 'c'] as const;
/** More whole numbers than this are no classes. */
const MOST_CLASSES = 20;
const OPPOSITES: Readonly<Record<string, string>> = {
  yes: 'no',
  true: 'false',
  positive: 'negative',
  '1': '0',
  y: 'n',
  t: 'f',
};

/** The negative and the positive class of a binary label. @throws OperationError `cannotMakeUp` when none counts as positive */
export function binaryClasses({ data }: ModelDefinition): readonly [Scalar, Scalar] {
  const { column: name, positive } = data.label;
  const column = data.columns[name];
  const values = column === undefined ? null : declaredValues(column, 2);
  const chosen = positive ?? values?.find((value) => isPositive(value, undefined)) ?? (values === null ? 1 : undefined);
  if (chosen === undefined) {
    const got = `the classes ${values?.map(String).join(', ')}`;
    throw cannotMakeUp('data.label.positive', got, 'the class that counts as positive', 'set data.label.positive');
  }
  const other = values?.find((value) => !isPositive(value, positive)) ?? opposite(chosen);
  assertMatches(name, column !== undefined && 'pattern' in column ? column.pattern : undefined, [other, chosen], data);
  return [other, typeOf(column, chosen)];
}

/** The classes of a label with several. */
export function multipleClasses({ data }: ModelDefinition): readonly Scalar[] {
  const { column: name } = data.label;
  const column = data.columns[name];
  const classes = (column === undefined ? null : declaredValues(column, CLASSES.length)) ?? CLASSES;
  if (classes.length < 2) {
    throw cannotMakeUp(`data.columns.${name}`, `${classes.length} class`, 'at least two classes', 'add values');
  }
  assertMatches(name, column !== undefined && 'pattern' in column ? column.pattern : undefined, classes, data);
  return classes;
}

/** What the label's column says of its values, `open` whole numbers where it has no max; null where it says nothing. */
function declaredValues(column: Column, open: number): readonly Scalar[] | null {
  if (column.type === 'boolean') return [false, true];
  if (column.type === 'category') return column.values === undefined ? null : valuesOf(column);
  if (column.type !== 'integer' && column.type !== 'number') return null;
  const first = Math.ceil(column.min ?? 0);
  const last = Math.floor(column.max ?? first + open - 1);
  const count = last - first + 1;
  return count >= 2 && count <= MOST_CLASSES ? Array.from({ length: count }, (_, step) => first + step) : null;
}

function opposite(positive: Scalar): Scalar {
  if (typeof positive === 'boolean') return !positive;
  if (typeof positive === 'number') return positive === 0 ? 1 : 0;
  return OPPOSITES[positive] ?? `not-${positive}`;
}

/** `positive: "1"` of an integer column is the number 1. */
function typeOf(column: Column | undefined, value: Scalar): Scalar {
  const values = column === undefined ? null : declaredValues(column, 2);
  return values?.find((one) => String(one) === String(value)) ?? value;
}
