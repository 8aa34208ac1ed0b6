/** Groups and streams of every account and region, and the events in them. A group is found only under the account and region that made it. */
import { LogsError } from './error.ts';
import type { Place } from './names.ts';
import type { InputEvent } from './put-log-events.ts';
import { Tally } from './tally.ts';
import { Timeline } from './timeline.ts';

export interface Stream {
  readonly name: string;
  /** In ms since 1970, as all times here. */
  readonly creationTime: number;
  readonly tally: Tally;
  readonly timeline: Timeline;
  firstEventTimestamp: number | undefined;
  lastEventTimestamp: number | undefined;
  lastIngestionTime: number | undefined;
  /** Of what is kept, as AWS counts bytes. */
  keptBytes: number;
}

export interface Group extends Place {
  readonly name: string;
  readonly creationTime: number;
  readonly logGroupClass: string;
  readonly kmsKeyId: string | undefined;
  retentionInDays: number | undefined;
  readonly tags: Map<string, string>;
  readonly streams: Map<string, Stream>;
  /** The events of all its streams. */
  readonly timeline: Timeline;
}

export type GroupSettings = Pick<Group, 'name' | 'creationTime' | 'logGroupClass' | 'kmsKeyId' | 'tags'>;

/** The accepted part of a put. */
export interface Arrival {
  readonly events: readonly InputEvent[];
  readonly from: number;
  readonly to: number;
  /** Counted, of that part. */
  readonly bytes: number;
  readonly now: number;
}

/** One put that is kept: what goes first when memory is short. */
interface Block {
  readonly group: Group;
  readonly stream: Stream;
  readonly lastSeq: number;
  readonly bytes: number;
}

export interface StoreOptions {
  /** Nothing is kept but the tallies. */
  readonly sink: boolean;
  /** Counted bytes kept in all; beyond them the oldest puts are forgotten. Short lines cost about three times that in memory. */
  readonly maxKeptBytes: number;
  /** Told once, when that happens for the first time. */
  readonly onForget: (maxKeptBytes: number) => void;
}

/** So that forgetting, which walks through all, is rare. */
const KEPT_AFTER_FORGETTING = 0.8;

export class LogStore {
  readonly #options: StoreOptions;
  readonly #places = new Map<string, Map<string, Group>>();
  #blocks: Block[] = [];
  #keptBytes = 0;
  #seq = 0;
  #told = false;

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  groups({ account, region }: Place): readonly Group[] {
    return [...(this.#places.get(`${account}/${region}`)?.values() ?? [])];
  }

  find({ account, region }: Place, name: string): Group | undefined {
    return this.#places.get(`${account}/${region}`)?.get(name);
  }

  /** @throws LogsError `ResourceNotFoundException`. */
  group(place: Place, name: string): Group {
    const group = this.find(place, name);
    if (group === undefined) throw new LogsError('ResourceNotFoundException', 'The specified log group does not exist.');
    return group;
  }

  /** @throws LogsError `ResourceNotFoundException`. */
  stream(group: Group, name: string): Stream {
    const stream = group.streams.get(name);
    if (stream === undefined) throw new LogsError('ResourceNotFoundException', 'The specified log stream does not exist.');
    return stream;
  }

  /** @throws LogsError `ResourceAlreadyExistsException`. */
  createGroup({ account, region }: Place, settings: GroupSettings): void {
    const key = `${account}/${region}`;
    const groups = this.#places.get(key) ?? new Map<string, Group>();
    if (groups.has(settings.name)) throw new LogsError('ResourceAlreadyExistsException', 'The specified log group already exists');
    const fresh = { retentionInDays: undefined, streams: new Map<string, Stream>(), timeline: new Timeline() };
    this.#places.set(key, groups.set(settings.name, { account, region, ...settings, ...fresh }));
  }

  /** @throws LogsError `ResourceAlreadyExistsException`. */
  createStream(group: Group, name: string, creationTime: number): void {
    if (group.streams.has(name)) throw new LogsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
    const none = { firstEventTimestamp: undefined, lastEventTimestamp: undefined, lastIngestionTime: undefined, keptBytes: 0 };
    group.streams.set(name, { name, creationTime, tally: new Tally(), timeline: new Timeline(), ...none });
  }

  deleteGroup(group: Group): void {
    this.#places.get(`${group.account}/${group.region}`)?.delete(group.name);
    this.#release((block) => block.group === group);
  }

  deleteStream(group: Group, stream: Stream): void {
    group.streams.delete(stream.name);
    group.timeline.drop((event) => event.stream === stream.name);
    this.#release((block) => block.stream === stream);
  }

  /** Takes what the rules accepted. */
  append(group: Group, stream: Stream, { events, from, to, bytes, now }: Arrival): void {
    if (from >= to) return;
    stream.tally.add(events, from, to, bytes);
    stream.firstEventTimestamp = Math.min(stream.firstEventTimestamp ?? Infinity, events[from]?.timestamp ?? Infinity);
    stream.lastEventTimestamp = Math.max(stream.lastEventTimestamp ?? 0, events[to - 1]?.timestamp ?? 0);
    stream.lastIngestionTime = now;
    if (this.#options.sink) return;
    for (const { timestamp, message } of events.slice(from, to)) {
      const event = { stream: stream.name, timestamp, message, ingestionTime: now, seq: ++this.#seq };
      stream.timeline.push(event);
      group.timeline.push(event);
    }
    stream.keptBytes += bytes;
    this.#keptBytes += bytes;
    this.#blocks.push({ group, stream, lastSeq: this.#seq, bytes });
    if (this.#keptBytes > this.#options.maxKeptBytes) this.#forgetOldest();
  }

  #release(gone: (block: Block) => boolean): void {
    this.#blocks = this.#blocks.filter((block) => {
      if (!gone(block)) return true;
      this.#keptBytes -= block.bytes;
      return false;
    });
  }

  #forgetOldest(): void {
    const target = this.#options.maxKeptBytes * KEPT_AFTER_FORGETTING;
    const touched = new Set<Group>();
    let lastSeq = 0;
    let count = 0;
    for (const { group, stream, bytes, lastSeq: seq } of this.#blocks) {
      if (this.#keptBytes <= target) break;
      this.#keptBytes -= bytes;
      stream.keptBytes -= bytes;
      lastSeq = seq;
      touched.add(group);
      count++;
    }
    this.#blocks = this.#blocks.slice(count);
    for (const group of touched)
      for (const { timeline } of [group, ...group.streams.values()]) timeline.drop((event) => event.seq <= lastSeq);
    if (!this.#told) this.#options.onForget(this.#options.maxKeptBytes);
    this.#told = true;
  }
}
