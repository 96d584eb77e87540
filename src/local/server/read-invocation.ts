import type { IncomingMessage } from 'node:http';
import type { Json } from '../../kernel/json';
import { show } from '../../kernel/problem';
import { ApiError } from './api-error';

/** Most bytes of a body: what SageMaker takes of a request to an endpoint. */
export const MOST_BYTES = 6 * 1024 * 1024;

type Instance = Readonly<Record<string, Json>>;

/**
 * Reads a request to a model, `{ "instances": [{…}, …] }`.
 * @throws ApiError 415, 413, 400, each with what was wrong
 */
export async function readInvocation(incoming: IncomingMessage): Promise<readonly Instance[]> {
  return instancesOf(await readJson(incoming));
}

/**
 * Reads a body of JSON.
 * @throws ApiError 415, 413, 400, each with what was wrong
 */
export async function readJson(incoming: IncomingMessage): Promise<unknown> {
  const type = incoming.headers['content-type'];
  if (type?.split(';', 1)[0]?.trim().toLowerCase() !== 'application/json') {
    throw new ApiError(415, {
      code: 'unsupportedMediaType',
      path: 'content-type',
      got: show(type),
      expected: 'application/json',
      fix: 'send JSON, with the header content-type: application/json',
    });
  }
  const text = await readBody(incoming);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(
      'malformedJson',
      '',
      text === '' ? 'nothing' : `${show(text)} (${(error as Error).message})`,
      'JSON',
    );
  }
}

function instancesOf(body: unknown): readonly Instance[] {
  if (!isObject(body)) throw malformed('malformedBody', '', show(body), 'an object with instances');
  const unknown = Object.keys(body).find((key) => key !== 'instances');
  if (unknown !== undefined) throw malformed('unknownKey', unknown, show(unknown), 'instances and nothing else');
  const { instances } = body;
  if (!Array.isArray(instances)) throw malformed('malformedBody', 'instances', show(instances), 'a list of rows');
  if (instances.length === 0) throw malformed('malformedBody', 'instances', 'no rows', 'at least one row');
  const place = instances.findIndex((row) => !isObject(row));
  if (place !== -1) {
    throw malformed(
      'malformedBody',
      `instances.${place}`,
      show(instances[place]),
      'an object with the inputs of a row',
    );
  }
  return instances as Instance[];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const malformed = (code: string, path: string, got: string, expected: string): ApiError =>
  new ApiError(400, { code, path, got, expected, fix: 'send {"instances": [{"column": 1}]}' });

/** The body as text; no more of it than may be there is read. */
function readBody(incoming: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = Number(incoming.headers['content-length'] ?? 0);
    if (bytes > MOST_BYTES) return reject(tooLarge(bytes));
    bytes = 0;
    const take = (chunk: Buffer): void => {
      bytes += chunk.length;
      chunks.push(chunk);
      if (bytes <= MOST_BYTES) return;
      incoming.off('data', take);
      reject(tooLarge(bytes));
    };
    incoming.on('data', take);
    incoming.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    incoming.once('error', reject);
    // After the end this changes nothing.
    incoming.once('close', () => reject(new Error('the client went away')));
  });
}

const tooLarge = (bytes: number): ApiError =>
  new ApiError(
    413,
    {
      code: 'bodyTooLarge',
      path: '',
      got: `${bytes} bytes or more`,
      expected: `at most ${MOST_BYTES} bytes`,
      fix: 'send fewer rows in one request',
    },
    // The rest of the body is not read.
    { connection: 'close' },
  );
