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
  const { LineCounter, parseDocument } = await import('yaml');
  const lines = new LineCounter();
  // JSON is YAML 1.2; `strict` and `uniqueKeys` find what JSON.parse would swallow, and both give lines.
  const document = parseDocument(text, {
    lineCounter: lines,
    uniqueKeys: true,
    prettyErrors: false,
    ...(json && { schema: 'json' as const }),
  });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error): Problem => {
      const { line, col } = lines.linePos(error.pos[0]);
      return {
        code: 'malformed',
        path: '',
        got: `${error.message.replace(/\s+/g, ' ').trim()} at line ${line}, column ${col}`,
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
      'YAML without runaway aliases',
      'write the repeated parts out',
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
    if (error instanceof DefinitionError) throw error;
    throw fileError(
      file,
      'moduleFailed',
      show((error as Error).message),
      'a module whose default export is a definition',
      'run it on its own to see the error',
    );
  }
}

const fileError = (file: string, code: string, got: string, expected: string, fix: string): DefinitionError =>
  new DefinitionError(`${file} cannot be read as a platform definition`, [{ code, path: file, got, expected, fix }]);
