import { gunzipSync } from 'node:zlib';
import type { Json } from '../../kernel/json';
import { OperationError, show } from '../../kernel/problem';
import type { ArtifactStore } from '../ports';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

function missing(path: string, expected: string): OperationError {
  return new OperationError({
    code: 'artifactMissing',
    path,
    got: 'nothing',
    expected,
    fix: 'look at the step that should have written it; start the run anew',
  });
}

/** The JSON value of an artifact. @throws OperationError `artifactMissing`, `artifactMalformed` */
export async function readJson(artifacts: ArtifactStore, key: string, expected: string): Promise<Json> {
  const body = await artifacts.get(key);
  if (body === undefined) throw missing(artifacts.uri(key), expected);
  try {
    return JSON.parse(UTF8.decode(body)) as Json;
  } catch (error) {
    throw new OperationError({
      code: 'artifactMalformed',
      path: artifacts.uri(key),
      got: show((error as Error).message),
      expected: `${expected}, as JSON`,
      fix: 'look at the step that has written it; start the run anew',
    });
  }
}

/** Writes a JSON value. */
export async function writeJson(artifacts: ArtifactStore, key: string, value: unknown): Promise<void> {
  await artifacts.put(key, new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`));
}

type Line = Readonly<Record<string, Json>>;

/**
 * The objects of a data set of JSON lines: one object under the key, or a folder of parts below it, gzipped or not.
 * @param take what is kept of an object, of which the place is counted from 0: sets are large, and held in memory
 * @throws OperationError `artifactMissing`, `artifactMalformed` with the line
 */
export async function readJsonLines<Kept>(
  artifacts: ArtifactStore,
  key: string,
  expected: string,
  take: (line: Line, place: number) => Kept,
): Promise<Kept[]> {
  const whole = await artifacts.get(key);
  const parts = whole === undefined ? await artifacts.list(`${key}/`) : [key];
  if (parts.length === 0) throw missing(artifacts.uri(key), expected);
  const rows: Kept[] = [];
  for (const part of parts) {
    const body = whole ?? (await artifacts.get(part));
    if (body === undefined) throw missing(artifacts.uri(part), expected);
    const text = UTF8.decode(part.endsWith('.gz') ? gunzipSync(body) : body);
    for (const [index, line] of text.split('\n').entries()) {
      if (line.trim() === '') continue;
      rows.push(take(parsedLine(line, `${artifacts.uri(part)}:${index + 1}`, expected), rows.length));
    }
  }
  return rows;
}

function parsedLine(line: string, path: string, expected: string): Line {
  try {
    const value = JSON.parse(line) as Json;
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, Json>;
  } catch {
    // Named below, with the line.
  }
  throw new OperationError({
    code: 'artifactMalformed',
    path,
    got: show(line),
    expected: `${expected}: one JSON object a line`,
    fix: 'look at the step that has written it; start the run anew',
  });
}
