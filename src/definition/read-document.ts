import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DefinitionError, type Problem, show } from '../kernel/problem';

/** Extensions of files that hold a document, and how each is read. */
export const DOCUMENT_EXTENSIONS = ['.yaml', '.yml', '.json', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'] as const;

/** What a file is to hold, for errors: `{ name: 'platform definition', noun: 'definition' }`. */
export interface DocumentKind {
  readonly name: string;
  readonly noun: string;
  /** What to do about an empty file. */
  readonly start: string;
}

type Path = readonly (string | number)[];

/** What a file holds, unchecked. */
export interface ReadDocument {
  readonly input: unknown;
  /** Line of a path in the file, from 1. */
  readonly lineOf?: (path: Path) => number | undefined;
}

/** A problem with its line, where the format of its file has lines. */
export function withLine(problem: Problem, read: ReadDocument): Problem {
  const line = read.lineOf?.(problem.path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part)));
  return line === undefined ? problem : { ...problem, line };
}

/**
 * Reads YAML, JSON, or the default export of a TypeScript or JavaScript module.
 * @throws DefinitionError when the file cannot be read, is not well-formed or is empty
 */
export async function readDocument(file: string, kind: DocumentKind): Promise<ReadDocument> {
  const extension = extname(file).toLowerCase();
  if (!(DOCUMENT_EXTENSIONS as readonly string[]).includes(extension)) {
    throw fileError(
      file,
      kind,
      'unknownFormat',
      extension === '' ? 'a file without an extension' : `a ${extension} file`,
      DOCUMENT_EXTENSIONS.join(', '),
      'rename the file or name another one',
    );
  }
  return ['.yaml', '.yml', '.json'].includes(extension)
    ? readTextDocument(file, kind)
    : { input: await importModule(file, kind) };
}

/** The same for YAML and JSON alone, at once. @throws DefinitionError */
export const readTextDocument = (file: string, kind: DocumentKind): ReadDocument =>
  readText(file, readFile(file, kind), extname(file).toLowerCase() === '.json', kind);

function readFile(file: string, kind: DocumentKind): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const what = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'a directory' : code;
    throw fileError(
      file,
      kind,
      'unreadableFile',
      what,
      `a ${kind.noun} file that can be read`,
      'check the path and its permissions',
    );
  }
}

function readText(file: string, text: string, json: boolean, kind: DocumentKind): ReadDocument {
  // Loaded here, because a document in TypeScript needs no YAML parser.
  const { isScalar, LineCounter, parseDocument, visit } = require('yaml') as typeof import('yaml');
  const lines = new LineCounter();
  // JSON is YAML 1.2, so that one parser gives the lines of both. Its own check for keys that stand twice compares each
  // key with each other, which takes minutes for a large file.
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: false,
    prettyErrors: false,
    // `<<: *name` is what people who repeat themselves write, though YAML 1.2 no longer names it.
    ...(json ? { schema: 'json' as const } : { merge: true }),
  });
  const mistakes: { what: string; at: number }[] = document.errors.map((error) => ({
    what: error.message,
    at: error.pos[0],
  }));
  visit(document, {
    Map(_, map) {
      const seen = new Set<unknown>();
      for (const { key } of map.items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name))
          mistakes.push({ what: `map keys must be unique: ${show(name)} stands twice`, at: key.range?.[0] ?? 0 });
        seen.add(name);
      }
    },
  });
  // What YAML allows and JSON does not: comments, trailing commas, single quotes.
  const notJson = json && mistakes.length === 0 ? jsonMistake(text) : undefined;
  if (notJson) mistakes.push(notJson);
  if (mistakes.length > 0) {
    const problems = mistakes.map(({ what, at }): Problem => {
      const { line, col } = lines.linePos(at);
      return {
        code: 'malformed',
        path: '',
        got: `${shorten(what.replace(/\s+/g, ' ').trim())} at line ${line}, column ${col}`,
        expected: `well-formed ${json ? 'JSON' : 'YAML'}`,
        fix: 'mend the file at that place',
        line,
      };
    });
    throw new DefinitionError(`${file} is not well-formed`, problems);
  }
  let input: unknown;
  try {
    input = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw fileError(
      file,
      kind,
      'malformed',
      (error as Error).message,
      'aliases (*name) that are defined before, as &name, and do not multiply without end',
      'define the anchor, or write the repeated parts out',
    );
  }
  if (input === null || input === undefined)
    throw fileError(file, kind, 'emptyFile', 'an empty document', `a ${kind.name}`, kind.start);
  return {
    input,
    lineOf: (path) => {
      for (let length = path.length; length > 0; length--) {
        const node = document.getIn(path.slice(0, length), true) as { range?: readonly number[] } | undefined;
        const start = node?.range?.[0];
        if (start !== undefined) return lines.linePos(start).line;
      }
      return undefined;
    },
  };
}

async function importModule(file: string, kind: DocumentKind): Promise<unknown> {
  readFile(file, kind);
  const { createJiti } = await import('jiti');
  const path = resolve(file);
  try {
    const loaded: unknown = await createJiti(pathToFileURL(path).href, { fsCache: false, moduleCache: false }).import(
      path,
      { default: true },
    );
    return loaded;
  } catch (error) {
    const problems = problemsIn(error);
    if (problems) throw new DefinitionError(`${file} is not a valid ${kind.name}`, problems);
    throw fileError(
      file,
      kind,
      'moduleFailed',
      show(error instanceof Error ? error.message : String(error)),
      `a module whose default export is a ${kind.noun}`,
      'run it on its own to see the error',
    );
  }
}

/**
 * The problems of a `DefinitionError` of whichever copy of this package: a module that calls `definePlatform` itself
 * loads its own, so that `instanceof` says nothing.
 */
function problemsIn(error: unknown): readonly Problem[] | undefined {
  const { name, problems } = (error ?? {}) as { readonly name?: unknown; readonly problems?: unknown };
  return name === 'DefinitionError' && Array.isArray(problems) ? (problems as readonly Problem[]) : undefined;
}

function jsonMistake(text: string): { what: string; at: number } | undefined {
  const withoutMark = text.replace(/^\uFEFF/, '');
  try {
    JSON.parse(withoutMark);
    return undefined;
  } catch (error) {
    const { message } = error as Error;
    const at = /position (\d+)/.exec(message)?.[1];
    return {
      what: message.replace(/ in JSON.*| at position.*/, '').replace(/, ".*$/s, ''),
      at: at === undefined ? 0 : Number(at) + text.length - withoutMark.length,
    };
  }
}

const shorten = (text: string): string => (text.length > 120 ? `${text.slice(0, 119)}…` : text);

function fileError(
  file: string,
  kind: DocumentKind,
  code: string,
  got: string,
  expected: string,
  fix: string,
): DefinitionError {
  return new DefinitionError(`${file} cannot be read as a ${kind.name}`, [{ code, path: file, got, expected, fix }]);
}
