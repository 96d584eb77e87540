import canonicalize from 'canonicalize';
import type { Json } from '../../../kernel/json';
import { notCanonicalizable } from './errors';

export type JsonObject = { readonly [key: string]: Json };

/** Deeper than any record of ours, and far from the end of the stack. */
const MAX_DEPTH = 64;
const LONE_SURROGATE = /\p{Surrogate}/u;

function checkText(text: string, path: string): void {
  if (LONE_SURROGATE.test(text)) throw notCanonicalizable(path, 'a text with a lone surrogate', 'well-formed Unicode');
}

function checkArray(array: readonly unknown[], path: string, depth: number): void {
  for (let index = 0; index < array.length; index++) {
    if (!(index in array)) throw notCanonicalizable(`${path}.${index}`, 'a hole', 'a value at every index');
    check(array[index], `${path}.${index}`, depth + 1);
  }
}

function checkObject(object: object, path: string, depth: number): void {
  const prototype = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) {
    throw notCanonicalizable(path, `an instance of ${object.constructor?.name ?? 'a class'}`, 'a plain object');
  }
  if (Object.getOwnPropertySymbols(object).length > 0)
    throw notCanonicalizable(path, 'a symbol as key', 'texts as keys');
  for (const [key, value] of Object.entries(object)) {
    const at = path === '' ? key : `${path}.${key}`;
    checkText(key, at);
    check(value, at, depth + 1);
  }
}

function check(value: unknown, path: string, depth: number): void {
  if (depth > MAX_DEPTH)
    throw notCanonicalizable(path, `more than ${MAX_DEPTH} levels (or a cycle)`, 'a shallow value');
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'string') {
    checkText(value, path);
  } else if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw notCanonicalizable(path, String(value), 'a finite number');
  } else if (Array.isArray(value)) {
    checkArray(value, path, depth);
  } else if (typeof value === 'object') {
    checkObject(value, path, depth);
  } else {
    throw notCanonicalizable(path, value === undefined ? 'undefined' : `a ${typeof value}`, 'a value that JSON has');
  }
}

/**
 * The one text of a value, by RFC 8785 (JSON Canonicalization Scheme): keys in the order of their UTF-16 units, no white
 * space, numbers as ECMAScript prints them (so -0 is 0).
 *
 * Stricter than `JSON.stringify`, which drops or alters what it cannot hold: NaN, infinities, undefined, functions, symbols,
 * bigints, holes, lone surrogates, class instances and cycles are errors.
 *
 * @throws LedgerError `notCanonicalizable` with the path of the value
 */
export function canonicalJson(value: unknown): string {
  check(value, '', 0);
  const text = canonicalize(value);
  if (text === undefined) throw notCanonicalizable('', 'nothing', 'a value that JSON has');
  return text;
}
