import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DefinitionError, type Problem, show } from '../kernel/problem';
import { type ParseResult, parsePlatform } from './parse';
import type { PlatformDefinition } from './platform';

/** Extensions of definition files, and how each is read. */
export const DEFINITION_EXTENSIONS = ['.yaml', '.yml', '.json', '.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'] as const;

type Path = readonly (string | number)[];
interface Read {
  readonly input: unknown;
  /** Line of a path in the file, from 1. */
  readonly lineOf?: (path: Path) => number | undefined;
}

/**
 * Reads a definition file: YAML, JSON, or the default export of a TypeScript or JavaScript module.
 * @throws DefinitionError with all problems, each with its line where the format has lines
 */
export async function loadPlatform(file: string): Promise<PlatformDefinition> {
  const read = await readInput(file);
  const result: ParseResult<PlatformDefinition> = parsePlatform(read.input);
  if (result.ok) return result.value;
  throw new DefinitionError(
    `${file} is not a valid platform definition`,
    result.problems.map((one) => withLine(one, read)),
  );
}

function withLine(problem: Problem, read: Read): Problem {
  const line = read.lineOf?.(problem.path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part)));
  return line === undefined ? problem : { ...problem, line };
}

async function readInput(file: string): Promise<Read> {
  const extension = extname(file).toLowerCase();
  if (!(DEFINITION_EXTENSIONS as readonly string[]).includes(extension)) {
    throw fileError(
      file,
      'unknownFormat',
      extension === '' ? 'a file without an extension' : `a ${extension} file`,
      DEFINITION_EXTENSIONS.join(', '),
      'rename the file or name another one',
    );
  }
  if (!['.yaml', '.yml', '.json'].includes(extension)) return { input: await importModule(file) };
  return readText(file, readFile(file), extension === '.json');
}

function readFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    const what = code === 'ENOENT' ? 'no such file' : code === 'EISDIR' ? 'a directory' : code;
    throw fileError(
      file,
      'unreadableFile',
      what,
      'a definition file that can be read',
      'check the path and its permissions',
    );
  }
}

async function readText(file: string, text: string, json: boolean): Promise<Read> {
  // Loaded here, because a definition in TypeScript needs no YAML parser.
  const { isScalar, LineCounter, parseDocument, visit } = await import('yaml');
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
      'malformed',
      (error as Error).message,
      'aliases (*name) that are defined before, as &name, and do not multiply without end',
      'define the anchor, or write the repeated parts out',
    );
  }
  if (input === null || input === undefined)
    throw fileError(
      file,
      'emptyFile',
      'an empty document',
      'a platform definition',
      'start from the README’s example or `mlp schema`',
    );
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

async function importModule(file: string): Promise<unknown> {
  readFile(file);
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
    if (problems) throw new DefinitionError(`${file} is not a valid platform definition`, problems);
    throw fileError(
      file,
      'moduleFailed',
      show(error instanceof Error ? error.message : String(error)),
      'a module whose default export is a definition',
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

const fileError = (file: string, code: string, got: string, expected: string, fix: string): DefinitionError =>
  new DefinitionError(`${file} cannot be read as a platform definition`, [{ code, path: file, got, expected, fix }]);
