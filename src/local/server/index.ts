export { answerThrough } from './gateway-answer';
export type * from './platform-view';
export { type LocalServer, type ServerOptions, startServer } from './server';
