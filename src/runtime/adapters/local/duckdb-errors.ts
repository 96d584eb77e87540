import { OperationError, show } from '../../../kernel/problem';

const FIRST_LINES = 3;
/** What the engine says in twenty lines about its own options when it finds no columns. */
const NO_COLUMNS = 'lines that do not split into columns: a quote that is never closed, or unlike numbers of values';

/** A data file that is not there. */
export function missingDataFile(path: string): OperationError {
  return new OperationError({
    code: 'dataFileMissing',
    path,
    got: 'no such file',
    expected: 'a data file',
    fix: 'check the path in data.source.local, and that the step that writes the file has run',
  });
}

/** A data file that is there and cannot be opened. */
export function unreadableDataFile(path: string, got: string): OperationError {
  return new OperationError({
    code: 'dataFileUnreadable',
    path,
    got,
    expected: 'a file that this process may read',
    fix: 'name a file, and give this process permission to read it',
  });
}

/** A data file of no bytes: not even a header. */
export function emptyDataFile(path: string): OperationError {
  return new OperationError({
    code: 'dataFileEmpty',
    path,
    got: 'a file of 0 bytes',
    expected: 'a data file with at least its columns',
    fix: 'write the file again: a table without rows still has a header or a schema',
  });
}

/** A data file that is not of its format. */
export function malformedDataFile(path: string, format: string, message: string): OperationError {
  return new OperationError({
    code: 'dataFileMalformed',
    path,
    got: /error when sniffing file/i.test(message) ? NO_COLUMNS : firstLines(message),
    expected: `a file of format ${format}`,
    fix: 'check data.format, and write the file again if it is cut off',
  });
}

/** A statement that the engine refuses. */
export function sqlFailed(sql: string, message: string): OperationError {
  return new OperationError({
    code: 'sqlFailed',
    path: show(sql),
    got: firstLines(message),
    expected: 'a statement that the engine can run',
    fix: 'check that the table has the columns and types that the definition declares',
  });
}

function firstLines(message: string): string {
  return message.trim().split('\n').slice(0, FIRST_LINES).join(' ').trim();
}
