import { type Json, toJson } from '../../kernel/json';

/** What a use case answers: a JSON object, stored in the run's state. */
export type Answer = { readonly [key: string]: Json };

/** An object as JSON sees it; fields that are undefined are dropped. */
export const answer = (value: object): Answer => toJson(value) as Answer;
