/** Session tags: what a call may pass, and what comes down the chain (pure). An inherited transitive tag can never be set anew. */
import type { Caller } from '../service.ts';
import { type Form, QueryError } from './query.ts';
import type { Role } from './role.ts';
import { checkLength, checkPattern, validationError } from './validation.ts';

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html#id_session-tags_know */
const MAX_TAGS = 50;
const KEY = { min: 1, max: 128, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u };
const VALUE = { min: 0, max: 256, pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u };
const RESERVED = /^aws:/i;
/** AWS packs tags into a space whose size it does not publish; this one lets all sensible tags pass and refuses fifty of the longest. */
const PACKED_BYTES = 4096;

export interface TagRequest {
  readonly tags: ReadonlyMap<string, string>;
  readonly transitiveKeys: readonly string[];
}

export interface TagsInForce {
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
}

/** @throws QueryError with AWS's words for tags that no session can have. */
export function readTags(form: Form): TagRequest {
  const tags = form.tags('Tags');
  const transitiveKeys = form.texts('TransitiveTagKeys');
  checkCount(tags, 'tags');
  checkCount(transitiveKeys, 'transitiveTagKeys');
  for (const [at, [key, value]] of tags.entries()) checkTag(key, value, `tags.${at + 1}.member`);
  const keys = new Set(tags.map(([key]) => key.toLowerCase()));
  if (keys.size < tags.length)
    throw new QueryError('InvalidParameterValue', 'Duplicate tag keys found. Please note that Tag keys are case insensitive.');
  if (transitiveKeys.some((key) => !keys.has(key.toLowerCase())))
    throw new QueryError('InvalidParameterValue', 'The specified transitive tag key must be included in the requested tags.');
  return { tags: new Map(tags), transitiveKeys };
}

/** The role's own tags, above them those inherited, above them those passed. @throws QueryError for an inherited one that is passed again. */
export function inheritTags(caller: Caller, role: Role, passed: TagRequest): TagsInForce {
  const inherited = new Set(caller.transitiveTagKeys.map((key) => key.toLowerCase()));
  if ([...passed.tags.keys()].some((key) => inherited.has(key.toLowerCase()))) {
    throw new QueryError(
      'InvalidParameterValue',
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  }
  const fromCaller = Object.entries(caller.tags).filter(([key]) => inherited.has(key.toLowerCase()));
  const byLowerKey = new Map<string, readonly [string, string]>();
  for (const tag of [...Object.entries(role.tags), ...fromCaller, ...passed.tags]) byLowerKey.set(tag[0].toLowerCase(), tag);
  return { tags: Object.fromEntries(byLowerKey.values()), transitiveTagKeys: [...caller.transitiveTagKeys, ...passed.transitiveKeys] };
}

/** @returns undefined without tags. @throws QueryError `PackedPolicyTooLarge` above 100 per cent. */
export function packedSizePercent(tags: Readonly<Record<string, string>>): number | undefined {
  const bytes = Object.entries(tags).reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  if (bytes === 0) return undefined;
  const percent = Math.ceil((100 * bytes) / PACKED_BYTES);
  if (percent > 100) {
    throw new QueryError('PackedPolicyTooLarge', `Packed policy consumes ${percent}% of allotted space, please use smaller policy.`);
  }
  return percent;
}

function checkCount(list: readonly unknown[], field: string): void {
  if (list.length > MAX_TAGS)
    throw validationError(`[${list.length} members]`, field, `Member must have length less than or equal to ${MAX_TAGS}`);
}

function checkTag(key: string, value: string, field: string): void {
  checkLength(key, `${field}.key`, KEY);
  checkPattern(key, `${field}.key`, KEY.pattern);
  checkLength(value, `${field}.value`, VALUE);
  checkPattern(value, `${field}.value`, VALUE.pattern);
  if (RESERVED.test(key))
    throw new QueryError('InvalidParameterValue', `The tag key "${key}" begins with aws:, which is kept for AWS's own use.`);
}
