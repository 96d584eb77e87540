import type { ModelDefinition } from '../../../definition/platform';
import type { Problem } from '../../../kernel/problem';
import { driftRules } from '../../../runtime/core/drift';
import type { ColumnRole } from '../options';
import type { Problems } from '../problems';
import { type ColumnFinder, listed } from './columns';
import type { HistoryFile } from './files';
import type { Header } from './probe';

/** A file and which of its columns is for what; null where it has none. */
export interface RecognisedFile {
  readonly file: HistoryFile;
  readonly header: Header;
  readonly kind: NonNullable<HistoryFile['kind']>;
  readonly column: Readonly<Record<ColumnRole, string | null>>;
}

const ROLES_OF = {
  predictions: ['key', 'time', 'prediction', 'version', 'latency', 'failed', 'status', 'label', 'labelTime'],
  reference: ['key', 'time', 'prediction', 'version', 'label'],
  labels: ['key', 'label', 'labelTime'],
  metrics: ['time', 'metric', 'value', 'statistic', 'dimensions'],
} as const satisfies Record<RecognisedFile['kind'], readonly ColumnRole[]>;

/** What a file is, by its columns unless that is given; null, and problems, where it cannot be used. */
export function recognise(
  file: HistoryFile,
  header: Header,
  finder: ColumnFinder,
  definition: ModelDefinition,
  problems: Problems,
): RecognisedFile | null {
  const kind = file.kind ?? guess(header, finder);
  if (kind === null) {
    problems.add(notRecognised(file, header, finder));
    return null;
  }
  const of = (role: ColumnRole): string | null =>
    (ROLES_OF[kind] as readonly ColumnRole[]).includes(role) ? finder.find(role, header) : null;
  const column = Object.fromEntries(ALL_ROLES.map((role) => [role, of(role)])) as RecognisedFile['column'];
  const wrong = missingIn({ file, header, kind, column }, finder, definition);
  problems.add(...wrong);
  return wrong.length > 0 ? null : { file, header, kind, column };
}

const ALL_ROLES = [...new Set(Object.values(ROLES_OF).flat())];

function guess(header: Header, finder: ColumnFinder): RecognisedFile['kind'] | null {
  const has = (role: ColumnRole): boolean => finder.find(role, header) !== null;
  if (has('prediction')) return 'predictions';
  if (has('metric') && has('value')) return 'metrics';
  return has('key') && has('label') ? 'labels' : null;
}

function missingIn(
  { file, header, kind, column }: RecognisedFile,
  finder: ColumnFinder,
  { data, monitoring }: ModelDefinition,
): Problem[] {
  const lacks = (role: ColumnRole): Problem[] =>
    column[role] !== null ? [] : [missing(file, header, role, finder.candidates(role))];
  switch (kind) {
    case 'metrics':
      return [...lacks('time'), ...lacks('metric'), ...lacks('value')];
    case 'labels':
      return data.key === undefined ? [noKey(file)] : [...lacks('key'), ...lacks('label')];
    case 'reference':
    case 'predictions': {
      const watched = monitoring.drift === undefined ? [] : driftRules(monitoring.drift, data).map(({ name }) => name);
      const absent = watched.filter((name) => !header.has(name));
      return [
        ...(absent.length === 0 ? [] : [missing(file, header, 'features', absent)]),
        ...(kind === 'reference' ? [] : [...lacks('time'), ...lacks('prediction')]),
        // A row that carries its label needs no key to be joined by.
        ...(kind === 'reference' || data.key === undefined || column.label !== null ? [] : lacks('key')),
      ];
    }
  }
}

function missing(
  { named }: HistoryFile,
  header: Header,
  what: ColumnRole | 'features',
  names: readonly string[],
): Problem {
  const several = what === 'features' ? `columns ${listed(names)}` : `a column ${names.join(' or ')}`;
  return {
    code: 'columnMissing',
    path: named,
    got: listed([...header.keys()]),
    expected: several,
    fix:
      what === 'features'
        ? 'these features are watched for drift: add them to the file, or give them drift: false'
        : `add the column, or say which one it is with --column ${what}=NAME`,
  };
}

const noKey = ({ named }: HistoryFile): Problem => ({
  code: 'labelsWithoutKey',
  path: named,
  got: 'labels apart from predictions',
  expected: 'data.key in the definition',
  fix: 'name the column by which predictions and labels are joined in data.key',
});

const notRecognised = ({ named }: HistoryFile, header: Header, finder: ColumnFinder): Problem => ({
  code: 'fileNotRecognised',
  path: named,
  got: listed([...header.keys()]),
  expected: `predictions (${finder.candidates('prediction').slice(0, 4).join(', ')}, …), labels (${[...finder.candidates('key'), ...finder.candidates('label')].join(', ')}), or metrics (metric, value)`,
  fix: 'say what a column is for with --column ROLE=NAME, or what the file is with --predictions, --labels or --metrics',
});
