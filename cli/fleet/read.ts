/** A fleet's document, YAML or JSON -> its rows, each field with its line; all that is wrong with its form is told together (pure). */
import { isAlias, isMap, isScalar, LineCounter, parseDocument, type Document, type Node, type YAMLMap } from 'yaml';
import { isSegment } from '../../worker/locate/object-key.ts';
import { toJson } from '../output.ts';
import type { Item } from '../tenant/table.ts';
import { OWN_FIELDS, SHARED, VERSION } from './document.ts';

export interface Fault {
  readonly line: number;
  readonly says: string;
}

/** What the file says of one tenant, or of the fleet. */
export interface Entry {
  readonly id: string;
  /** Without those that are empty, and without `shared_account`. */
  readonly fields: Item;
  readonly isShared: boolean;
  /** Of a field; the entry's own where the file does not name it. */
  readonly lineOf: (field: string) => number;
}

export interface FleetFile {
  readonly fleet?: Entry;
  readonly tenants: readonly Entry[];
  readonly faults: readonly Fault[];
}

const TOP = ['version', 'fleet', 'tenants'];

/** @param text anchors, aliases and merge keys (`<<`) may be used in it. */
export function readFleet(text: string): FleetFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const reader = new Reader(document, lines);
  const broken = [...document.errors, ...document.warnings];
  if (broken.length > 0) {
    const faults = broken.map(({ pos: [at], message }) => ({ line: lines.linePos(at).line, says: message }));
    return { tenants: [], faults };
  }
  return reader.read();
}

class Reader {
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #faults: Fault[] = [];

  constructor(document: Document, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
  }

  read(): FleetFile {
    const parts = this.#pairs(this.#document.contents, 'the document');
    for (const { name, line } of parts) if (!TOP.includes(name)) this.#fault(line, `${name} is not known; expected ${TOP.join(', ')}`);
    const version = parts.find(({ name }) => name === 'version');
    if (version === undefined) this.#fault(1, `version is missing; this command reads version ${VERSION}`);
    else if (this.#valueOf(version.value) !== VERSION) this.#fault(version.line, `this command reads version ${VERSION}`);
    const fleet = parts.find(({ name }) => name === 'fleet');
    const tenants = parts.find(({ name }) => name === 'tenants');
    if (tenants === undefined) this.#fault(1, 'tenants is missing');
    const entries = tenants === undefined || isNothing(tenants.value) ? [] : this.#pairs(tenants.value, 'tenants').map(this.#tenant);
    return {
      ...(fleet !== undefined && !isNothing(fleet.value) && { fleet: this.#entry('*', fleet) }),
      tenants: entries.filter((entry) => entry !== undefined),
      faults: this.#faults,
    };
  }

  readonly #tenant = (named: Named): Entry | undefined => {
    const { name, line } = named;
    if (!isSegment(name)) {
      this.#fault(line, `${JSON.stringify(name)} is no tenant id: 1 to 128 of A-Z a-z 0-9 . _ -, as the object keys have it`);
      return undefined;
    }
    const entry = this.#entry(name, named);
    const { [SHARED]: shared, ...fields } = entry.fields;
    const given = Object.entries(fields);
    for (const [field] of given.filter(([one]) => OWN_FIELDS.has(one)))
      this.#fault(entry.lineOf(field), `${name}: ${field} is written by the commands; take it out of the file`);
    if (shared !== undefined && typeof shared !== 'boolean')
      this.#fault(entry.lineOf(SHARED), `${name}: ${SHARED} is ${toJson(shared)}; expected \`true\` or \`false\``);
    return { ...entry, fields: Object.fromEntries(given.filter(([one]) => !OWN_FIELDS.has(one))), isShared: shared === true };
  };

  #entry(id: string, { name, line, value }: Named): Entry {
    // `acme-corp:` alone is a tenant with nothing yet.
    const map = isNothing(value) ? undefined : this.#resolved(value);
    const fields = map === undefined ? {} : this.#valueOf(map);
    const isFields = typeof fields === 'object' && fields !== null && !Array.isArray(fields);
    if (!isFields) this.#fault(line, `${name} is no set of fields`);
    const at = new Map(isMap(map) ? this.#pairs(map, name).map((pair) => [pair.name, pair.line]) : []);
    const given = isFields ? Object.entries(fields).filter(([, one]) => one !== null && one !== '') : [];
    return { id, fields: Object.fromEntries(given), isShared: false, lineOf: (field) => at.get(field) ?? line };
  }

  #pairs(node: unknown, what: string): Named[] {
    const map = this.#resolved(node);
    if (!isMap(map)) {
      this.#fault(this.#lineOf(map), `${what} is no map of names and values`);
      return [];
    }
    return (map as YAMLMap<Node, Node | null>).items.map(({ key, value }) => ({ name: nameOf(key), line: this.#lineOf(key), value }));
  }

  #resolved(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  #valueOf(node: unknown): unknown {
    try {
      const value = (node as Node | null)?.toJS(this.#document) as unknown;
      toJson(value);
      return value;
    } catch (error) {
      // Aliases of aliases, without end; one that is part of what it stands for.
      if (!(error instanceof ReferenceError || error instanceof TypeError)) throw error;
      this.#fault(this.#lineOf(node), error instanceof TypeError ? 'an alias that stands for what it is part of' : error.message);
      return undefined;
    }
  }

  #lineOf(node: unknown): number {
    return this.#lines.linePos((node as Node | null)?.range?.[0] ?? 0).line;
  }

  #fault(line: number, says: string): void {
    this.#faults.push({ line, says });
  }
}

interface Named {
  readonly name: string;
  readonly line: number;
  readonly value: unknown;
}

function isNothing(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

/** As it is written: `007` is an id, not a number. */
function nameOf(key: Node): string {
  if (!isScalar(key)) return String(key);
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}
