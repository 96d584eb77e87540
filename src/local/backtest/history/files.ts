import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { nearest } from '../../../definition/schema-keys';
import { NAME_PATTERN } from '../../../kernel/names';
import type { DataFileFormat } from '../../../runtime/adapters/local/duckdb-sql-engine';
import type { FileKind, HistoryOptions } from '../options';
import type { Problems } from '../problems';

/** A file of history, before anybody has looked into it. */
export interface HistoryFile {
  /** As it was named; errors say this. */
  readonly named: string;
  /** Absolute. */
  readonly path: string;
  readonly format: DataFileFormat;
  readonly model: string;
  /** Null: by its columns. */
  readonly kind: FileKind | 'reference' | null;
}

const FORMATS: readonly (readonly [RegExp, DataFileFormat])[] = [
  [/\.(csv|tsv)(\.gz)?$/i, 'csv'],
  [/\.parquet$/i, 'parquet'],
  [/\.(jsonl|ndjson)(\.gz)?$/i, 'jsonl'],
];

/** The format of a file by its name; null, and a problem, for another one. */
export function formatOf(path: string, problems: Problems): DataFileFormat | null {
  const format = FORMATS.find(([pattern]) => pattern.test(path))?.[1];
  if (format !== undefined) return format;
  problems.add({
    code: 'unknownDataFormat',
    path,
    got: 'a name without a known extension',
    expected: '.csv, .csv.gz, .tsv, .parquet, .jsonl, .ndjson or .jsonl.gz',
    fix: 'name the file by its format, or convert it',
  });
  return null;
}

/** Which files there are, of which model. Wrong names are problems, and their files are left out. */
export function historyFiles(options: HistoryOptions, models: readonly string[], problems: Problems): HistoryFile[] {
  const asked: readonly (readonly [readonly string[] | undefined, HistoryFile['kind']])[] = [
    [options.history, null],
    [options.predictions, 'predictions'],
    [options.labels, 'labels'],
    [options.metrics, 'metrics'],
    [options.reference, 'reference'],
  ];
  if (options.model !== undefined && !models.includes(options.model)) {
    problems.add(unknownModel('model', options.model, models));
    return [];
  }
  const fallback = options.model ?? (models.length === 1 ? models[0]! : null);
  return asked.flatMap(([texts, kind]) =>
    (texts ?? []).flatMap((text): HistoryFile[] => {
      const { model, named } = split(text, models);
      const format = formatOf(named, problems);
      if (model !== null && !models.includes(model)) problems.add(unknownModel(text, model, models));
      else if (model === null && fallback === null) problems.add(whichModel(text, models));
      else if (format !== null) {
        return [{ named, path: resolve(named), format, model: model ?? fallback!, kind }];
      }
      return [];
    }),
  );
}

/** `MODEL=FILE` or `FILE`: a name with `=` in it is a file where one of that name is there. */
function split(text: string, models: readonly string[]): { readonly model: string | null; readonly named: string } {
  const place = text.indexOf('=');
  const before = text.slice(0, Math.max(0, place));
  if (models.includes(before)) return { model: before, named: text.slice(place + 1) };
  return NAME_PATTERN.test(before) && !existsSync(text)
    ? { model: before, named: text.slice(place + 1) }
    : { model: null, named: text };
}

export const unknownModel = (path: string, got: string, models: readonly string[]) => {
  const meant = nearest(got, models);
  return {
    code: 'unknownModel',
    path,
    got,
    expected: `one of ${models.join(', ')}`,
    fix: meant === undefined ? 'name a model of the definition' : `did you mean ${meant}?`,
  };
};

const whichModel = (path: string, models: readonly string[]) => ({
  code: 'modelNotNamed',
  path,
  got: 'a file of no model',
  expected: `one of ${models.join(', ')}`,
  fix: 'write MODEL=FILE, or name the model of all files with --model',
});
