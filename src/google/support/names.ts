import { createHash } from 'node:crypto';
import type { Construct } from 'constructs';
import { kebabCase, PLATFORM_NAME_MAX } from '../../kernel/names';
import { TerraformStack, Token } from './cdktf';

/** Longest names by kind of resource, from each API's reference. Dashes, digits and lower-case letters are legal in all of them. */
export const NAME_LIMITS = {
  /** Globally unique; without dots. */
  bucket: 63,
  /** The part before the @, at least 6. */
  serviceAccount: 30,
  workflow: 64,
  /** A function is a Cloud Run service, whose names stop at 49. */
  function: 49,
  schedulerJob: 100,
  topic: 200,
  subscription: 200,
  repository: 63,
  keyRing: 63,
  endpoint: 63,
  /** BigQuery takes letters, digits and underscores. */
  dataset: 100,
  /** A role of a project: letters, digits, underscores and periods. */
  role: 64,
  connector: 25,
  network: 63,
  trigger: 64,
  sink: 100,
  monitoringService: 63,
} as const;
export type NamedKind = keyof typeof NAME_LIMITS;

const HASH_LENGTH = 6;
/** A project id has at most 30 characters. */
const PROJECT_ID_MAX = 30;

/** First characters of the SHA-256 of a text, for names. */
export const shortHash = (text: string, length = HASH_LENGTH): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length);

/**
 * A stable physical name: the parts, cut to the kind's limit, and a short hash of the construct's path, so that two
 * constructs never share a name.
 */
export function physicalName(scope: Construct, kind: NamedKind, ...parts: readonly string[]): string {
  const limit = NAME_LIMITS[kind] - HASH_LENGTH - 1;
  const base = parts.filter((part) => part !== '').join('-');
  const name = `${base.slice(0, limit).replace(/-+$/, '')}-${shortHash(`${scope.node.path}/${base}`)}`;
  return kind === 'dataset' || kind === 'role' ? name.replaceAll('-', '_') : name;
}

/**
 * Name of a bucket. Bucket names are global: the project's id stands in front, or a hash of it where it is known only to
 * Terraform.
 */
export function bucketName(scope: Construct, project: string, ...parts: readonly string[]): string {
  const limit = NAME_LIMITS.bucket - PROJECT_ID_MAX - 1 - HASH_LENGTH - 1;
  const base = parts.filter((part) => part !== '').join('-');
  const name = `${base.slice(0, limit).replace(/-+$/, '')}-${shortHash(`${scope.node.path}/${base}`)}`;
  return `${project}-${name}`;
}

/** Platform name of a construct that stands alone: its stack's id. */
export function standalonePlatform(scope: Construct): string {
  const id = kebabCase(TerraformStack.of(scope).node.id).replace(/^[^a-z]+|-+$/g, '');
  return id.length > PLATFORM_NAME_MAX ? `${id.slice(0, PLATFORM_NAME_MAX - 7)}-${shortHash(id)}` : id || 'mlp';
}

/** True for a value that only Terraform knows. */
export const isToken = (value: string): boolean => Token.isUnresolved(value);

/**
 * Construct id of what is granted to a member: by the member's hash, or by count where only Terraform knows the member
 * (the text of such a value differs from one synthesis to the next).
 */
export function memberId(scope: Construct, verb: string, member: string): string {
  if (!isToken(member)) return `${verb}${shortHash(member)}`;
  const taken = scope.node.children.filter((child) => child.node.id.startsWith(`${verb}Member`)).length;
  return `${verb}Member${taken + 1}`;
}
