import { type Problem, ProblemsError, show } from '../../kernel/problem';

/** Statuses of refusals and failures. */
export type ErrorStatus = 400 | 403 | 404 | 405 | 413 | 415 | 500 | 502 | 503;

/** What a client is told in place of what it asked for. */
export class ApiError extends Error {
  constructor(
    readonly status: ErrorStatus,
    readonly problem: Omit<Problem, 'line'>,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(problem.code);
  }

  /** The answer: `{ error: { code, path, got, expected, fix } }`. */
  toResponse(): Response {
    const { code, path, got, expected, fix } = this.problem;
    const body = JSON.stringify({ error: { code, path, got, expected, fix } });
    return new Response(body, {
      status: this.status,
      headers: { 'content-type': 'application/json', ...this.headers },
    });
  }
}

/** Any error as one that a client can be told; what nobody has foreseen is the server's fault. */
export function toApiError(error: unknown, path: string): ApiError {
  if (error instanceof ApiError) return error;
  const [problem] = error instanceof ProblemsError ? error.problems : [];
  if (problem !== undefined) return new ApiError(problem.code === 'unknownVersion' ? 404 : 500, problem);
  return new ApiError(500, {
    code: 'internalError',
    path,
    got: show(error instanceof Error ? error.message : error),
    expected: 'an answer',
    fix: 'ask again; the platform goes on',
  });
}

export const unknownModel = (name: string, known: readonly string[], near: string | undefined): ApiError =>
  new ApiError(404, {
    code: 'unknownModel',
    path: 'model',
    got: show(name),
    expected: known.length === 0 ? 'nothing: there are no models' : `one of ${known.join(', ')}`,
    fix: near === undefined ? 'name a model of the definition' : `did you mean ${near}?`,
  });

export const unknownRoute = (path: string, near: string | undefined): ApiError =>
  new ApiError(404, {
    code: 'unknownRoute',
    path,
    got: show(path),
    expected: 'a route that GET / lists',
    fix: near === undefined ? 'ask GET / for the routes' : `did you mean ${near}?`,
  });

export const methodNotAllowed = (method: string, path: string, allowed: readonly string[]): ApiError =>
  new ApiError(
    405,
    {
      code: 'methodNotAllowed',
      path,
      got: method,
      expected: allowed.join(' or '),
      fix: `use ${allowed[0]}`,
    },
    { allow: allowed.join(', ') },
  );

export const badQuery = (name: string, got: string, expected: string, fix: string): ApiError =>
  new ApiError(400, { code: 'badQuery', path: name, got, expected, fix });
