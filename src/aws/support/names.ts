import { createHash } from 'node:crypto';
import { Stack, Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { kebabCase, PLATFORM_NAME_MAX } from '../../kernel/names';

/** Longest physical names, where AWS asks for one or where it is public API. */
export const NAME_LIMITS = {
  stateMachine: 80,
  modelPackageGroup: 63,
  /** 63 in SageMaker; names of models and configurations are made of it and a suffix. */
  endpoint: 40,
  alarm: 255,
  workgroup: 128,
  scheduleGroup: 64,
  dashboard: 255,
  repository: 256,
  budget: 100,
} as const;

const HASH_LENGTH = 8;

/** First characters of the SHA-256 of a text, for names. */
export const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, HASH_LENGTH);

/**
 * A stable name of parts: `bike-share-demand-release`. A name that is too long is cut and ends with a hash of the whole.
 *
 * @param limit longest name, in characters
 */
export function physicalName(limit: number, ...parts: readonly string[]): string {
  const name = parts.filter((part) => part !== '').join('-');
  return name.length <= limit
    ? name
    : `${name.slice(0, limit - HASH_LENGTH - 1).replace(/-+$/, '')}-${shortHash(name)}`;
}

/** A name for Glue, which takes lower case and underscores. */
export const glueName = (...parts: readonly string[]): string => physicalName(128, ...parts).replaceAll('-', '_');

/** Platform name of a construct that stands alone: its stack's name. */
export function standalonePlatform(scope: Construct): string {
  const { stackName } = Stack.of(scope);
  const name = Token.isUnresolved(stackName) ? 'mlp' : kebabCase(stackName).replace(/^[^a-z]+|-+$/g, '');
  return physicalName(PLATFORM_NAME_MAX, name);
}
