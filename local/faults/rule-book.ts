/** The rules in force: which of them a request meets, and what they have done so far. It decides and counts, and never touches a connection. */
import { type Random, seededRandom } from '../generator/random.ts';
import type { CutEffect, FaultEffect, FaultRule, PlainEffect, RefuseEffect } from './rule.ts';

/** What a rule may look at. */
export interface SeenRequest {
  readonly service: string;
  readonly action: string;
  readonly account: string;
  readonly accessKeyId: string;
  /** Path and query as sent. */
  readonly path: string;
  /** As far as it was read ahead; empty when no rule asks for it. */
  readonly bodyStart: string;
}

export interface Verdict {
  /** The waits of all delays that apply, together, in milliseconds. */
  readonly delayMs: number;
  readonly effect: { readonly kind: PlainEffect } | CutEffect | RefuseEffect | undefined;
}

interface Entry {
  readonly rule: FaultRule & { readonly name: string };
  readonly random: Random;
  matches: number;
  hits: number;
}

export class RuleBook {
  readonly #seed: number;
  readonly #hits = new Map<string, number>();
  #entries: readonly Entry[] = [];
  #unnamed = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Puts these in place of all before. @throws as `add`. */
  set(rules: readonly FaultRule[]): void {
    this.clear();
    for (const rule of rules) this.add(rule);
  }

  /** Appends a rule: the first one that fires decides. @returns its name. @throws Error when a rule in force has that name. */
  add(rule: FaultRule): string {
    const name = rule.name ?? `rule-${++this.#unnamed}`;
    if (this.#entries.some((entry) => entry.rule.name === name)) {
      throw new Error(`there is a fault rule "${name}" already: give the new one another name, or clear the rules first`);
    }
    // A series for each rule: requests that it does not match cannot shift it.
    const random = seededRandom(`${this.#seed}/${name}`);
    this.#entries = [...this.#entries, { rule: { ...rule, name }, random, matches: 0, hits: 0 }];
    if (!this.#hits.has(name)) this.#hits.set(name, 0);
    return name;
  }

  /** Takes all rules out of force; their hits are still told. */
  clear(): void {
    this.#entries = [];
  }

  /** Whether any rule for such a request, as far as its head tells, wants to see the body. */
  wantsBody(seen: SeenRequest): boolean {
    return this.#entries.some(({ rule }) => rule.bodyIncludes !== undefined && matchesHead(rule, seen));
  }

  /** Decides on one request and counts it: a second call with the same request is a second request. */
  decide(seen: SeenRequest): Verdict {
    let delayMs = 0;
    for (const entry of this.#entries) {
      if (!matches(entry.rule, seen) || !fires(entry)) continue;
      this.#hits.set(entry.rule.name, (this.#hits.get(entry.rule.name) ?? 0) + 1);
      const effect = normalise(entry.rule.effect);
      if (effect.kind !== 'delay') return { delayMs, effect };
      delayMs += effect.ms;
    }
    return { delayMs, effect: undefined };
  }

  /** How often each rule has struck since the start, also those cleared since. */
  hits(): Record<string, number> {
    return Object.fromEntries(this.#hits);
  }
}

function normalise(effect: FaultEffect): Exclude<FaultEffect, PlainEffect> | { readonly kind: PlainEffect } {
  return typeof effect === 'string' ? { kind: effect } : effect;
}

function fires(entry: Entry): boolean {
  const { after = 0, limit = Infinity, probability = 1 } = entry.rule;
  entry.matches++;
  if (entry.matches <= after || entry.hits >= limit || entry.random.next() >= probability) return false;
  entry.hits++;
  return true;
}

function matches(rule: FaultRule, seen: SeenRequest): boolean {
  return matchesHead(rule, seen) && (rule.bodyIncludes === undefined || seen.bodyStart.includes(rule.bodyIncludes));
}

function matchesHead(rule: FaultRule, seen: SeenRequest): boolean {
  if (rule.service !== undefined && rule.service !== seen.service) return false;
  if (rule.action !== undefined && rule.action !== seen.action) return false;
  if (rule.account !== undefined && rule.account !== seen.account) return false;
  // search, not test: a RegExp with the flag g would remember where it stood.
  if (rule.path !== undefined && seen.path.search(rule.path) < 0) return false;
  if (rule.accessKeyId === undefined) return true;
  return typeof rule.accessKeyId === 'string' ? rule.accessKeyId === seen.accessKeyId : seen.accessKeyId.search(rule.accessKeyId) >= 0;
}
