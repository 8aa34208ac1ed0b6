/** One bucket: its objects' versions, newest first, and its settings. It holds no bytes; those are in bodies, which it frees when a version goes. */
import { randomBytes } from 'node:crypto';
import type { Body } from './body.ts';
import { S3Error } from './error.ts';
import { NO_NOTIFICATIONS, type NotificationConfiguration } from './notifications.ts';

/** The version id of objects put while versioning was not on. */
export const NULL_VERSION = 'null';

export type Versioning = 'Enabled' | 'Suspended';

interface VersionBase {
  readonly key: string;
  readonly versionId: string;
  /** Milliseconds since 1970. */
  readonly lastModified: number;
}

export interface ObjectVersion extends VersionBase {
  readonly marker: false;
  readonly body: Body;
  /** Without quotes. */
  readonly etag: string;
  /** Content headers and metadata, as they are given back. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksums: Readonly<Record<string, string>>;
}

export interface DeleteMarker extends VersionBase {
  readonly marker: true;
}

export type Version = ObjectVersion | DeleteMarker;
export type NewObject = Omit<ObjectVersion, 'versionId' | 'marker'>;

export class Bucket {
  readonly name: string;
  readonly region: string;
  readonly createdAt: number;
  versioning: Versioning | undefined;
  notifications: NotificationConfiguration = NO_NOTIFICATIONS;
  readonly #versions = new Map<string, Version[]>();
  #sortedKeys: readonly string[] | undefined;

  constructor(name: string, region: string, createdAt: number) {
    this.name = name;
    this.region = region;
    this.createdAt = createdAt;
  }

  get isEmpty(): boolean {
    return this.#versions.size === 0;
  }

  /** In the order of UTF-16 units, which is S3's (UTF-8) for all but the rarest characters. */
  get keys(): readonly string[] {
    this.#sortedKeys ??= [...this.#versions.keys()].toSorted((a, b) => (a < b ? -1 : 1));
    return this.#sortedKeys;
  }

  /** Newest first; empty for a key that is not there. */
  versionsOf(key: string): readonly Version[] {
    return this.#versions.get(key) ?? [];
  }

  /** @returns the object as it stands, undefined when there is none or it is deleted. */
  current(key: string): ObjectVersion | undefined {
    const latest = this.versionsOf(key)[0];
    return latest === undefined || latest.marker ? undefined : latest;
  }

  /** @throws S3Error `NoSuchKey`, `NoSuchVersion`, or `MethodNotAllowed` when the version asked for is a delete marker. */
  read(key: string, versionId: string | undefined): ObjectVersion {
    const found = versionId === undefined ? this.versionsOf(key)[0] : this.versionsOf(key).find((one) => one.versionId === versionId);
    if (found === undefined) throw new S3Error(versionId === undefined ? 'NoSuchKey' : 'NoSuchVersion');
    if (!found.marker) return found;
    const mark = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': found.versionId };
    throw new S3Error(versionId === undefined ? 'NoSuchKey' : 'MethodNotAllowed', undefined, mark);
  }

  put(object: NewObject): ObjectVersion {
    const version: ObjectVersion = { ...object, marker: false, versionId: this.#newVersionId() };
    this.#add(version);
    return version;
  }

  /** Deletes without naming a version. @returns the marker that now hides the object, or undefined where versioning was never on. */
  hide(key: string, now: number): DeleteMarker | undefined {
    if (this.versioning === undefined) {
      this.remove(key, NULL_VERSION);
      return undefined;
    }
    const marker: DeleteMarker = { key, marker: true, versionId: this.#newVersionId(), lastModified: now };
    this.#add(marker);
    return marker;
  }

  /** Removes one version for good. @returns what it was. */
  remove(key: string, versionId: string): Version | undefined {
    const versions = this.#versions.get(key) ?? [];
    const at = versions.findIndex((one) => one.versionId === versionId);
    const [removed] = at < 0 ? [] : versions.splice(at, 1);
    if (removed !== undefined && !removed.marker) removed.body.discard();
    if (versions.length === 0 && this.#versions.delete(key)) this.#sortedKeys = undefined;
    return removed;
  }

  #add(version: Version): void {
    // There is one null version at most: the new one takes its place.
    if (version.versionId === NULL_VERSION) this.remove(version.key, NULL_VERSION);
    const versions = this.#versions.get(version.key);
    if (versions !== undefined) return void versions.unshift(version);
    this.#versions.set(version.key, [version]);
    this.#sortedKeys = undefined;
  }

  #newVersionId(): string {
    return this.versioning === 'Enabled' ? randomBytes(24).toString('base64url') : NULL_VERSION;
  }
}
