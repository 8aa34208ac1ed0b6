/** A call's JSON input, read member by member with AWS's words for what is wrong (pure). It never guesses a value of another type. */
import { LogsError, violation } from './error.ts';

export class Input {
  readonly #members: Readonly<Record<string, unknown>>;

  /** @throws LogsError `SerializationException` for what is no JSON object. */
  constructor(body: string) {
    let value: unknown;
    try {
      value = body === '' ? {} : JSON.parse(body);
    } catch (error) {
      throw new LogsError('SerializationException', `The request is no JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new LogsError('SerializationException', 'Start of structure or map found where not expected.');
    this.#members = value as Record<string, unknown>;
  }

  /** As it came; null counts as missing, as in AWS's own services. */
  value(name: string): unknown {
    return this.#members[name] ?? undefined;
  }

  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  /** @throws LogsError `SerializationException` for another type. */
  text(name: string): string | undefined {
    return this.#typed(name, 'a string', isText);
  }

  flag(name: string): boolean {
    return this.#typed(name, 'a boolean', (value) => typeof value === 'boolean') ?? false;
  }

  /** @throws LogsError `InvalidParameterException` when it is missing. */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw violation(undefined, name, 'Member must not be null');
    return value;
  }

  /** A whole number, such as a time in ms. @throws LogsError below 0, or for another type. */
  natural(name: string): number | undefined {
    const value = this.#typed(name, 'a whole number', isWhole);
    if (value !== undefined && value < 0) throw violation(String(value), name, 'Member must have value greater than or equal to 0');
    return value;
  }

  /** How many to answer at most: 1 to `max`, and `max` unless given. */
  limit(max: number): number {
    const value = this.#typed('limit', 'a whole number', isWhole) ?? max;
    if (value < 1) throw violation(String(value), 'limit', 'Member must have value greater than or equal to 1');
    if (value > max) throw violation(String(value), 'limit', `Member must have value less than or equal to ${max}`);
    return value;
  }

  texts(name: string): readonly string[] | undefined {
    return this.#typed(name, 'a list of strings', (value) => Array.isArray(value) && value.every(isText));
  }

  /** A map of texts, such as tags. */
  map(name: string): Readonly<Record<string, string>> | undefined {
    return this.#typed(name, 'a map of strings', isMap);
  }

  #typed<T>(name: string, kind: string, is: (value: unknown) => value is T): T | undefined {
    const value = this.value(name);
    if (value === undefined || is(value)) return value;
    throw new LogsError('SerializationException', `${name} is not ${kind}.`);
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isMap(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isText);
}
