/** The patterns of policies: wildcards, ARNs and policy variables (pure). A variable's value is never read as a pattern itself. */

/** A request's facts by lower-case key: condition keys know no case. */
export type PolicyContext = ReadonlyMap<string, string | readonly string[]>;

/** How far a `*` reaches: over everything, or as in a Resource, over a colon only at the end of a segment. */
export type Reach = 'text' | 'resource';

/** `${key}`, `${key, 'default'}` and the three escapes `${*}`, `${?}`, `${$}`. */
const VARIABLE = /\$\{(?:([*?$])|([^},']+?)\s*(?:,\s*'([^']*)'\s*)?)\}/g;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html */
export interface Variable {
  readonly key: string;
  readonly fallback: string | undefined;
}

/** A pattern cut at its variables: strings are pattern text, `literal` is text without wildcards. */
export type Piece = string | { readonly literal: string } | Variable;

/** A pattern whose variables have their values. */
export type Filled = readonly Exclude<Piece, Variable>[];

/** @param variables whether `${...}` has a meaning, which only policies of version 2012-10-17 give it. */
export function parsePattern(text: string, variables: boolean): readonly Piece[] {
  if (!variables) return [text];
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    const [whole, escaped, key, fallback] = match;
    pieces.push(text.slice(end, match.index), key === undefined ? { literal: escaped ?? '' } : { key, fallback });
    end = match.index + whole.length;
  }
  return [...pieces, text.slice(end)];
}

export function variablesOf(pattern: readonly Piece[]): readonly Variable[] {
  return pattern.filter((piece): piece is Variable => typeof piece === 'object' && 'key' in piece);
}

/** @returns undefined when a variable has neither a value in the request nor a default: what holds it then matches nothing. */
export function fill(pattern: readonly Piece[], context: PolicyContext): Filled | undefined {
  const filled: Exclude<Piece, Variable>[] = [];
  for (const piece of pattern) {
    if (typeof piece === 'string' || 'literal' in piece) {
      filled.push(piece);
      continue;
    }
    const value = context.get(piece.key.toLowerCase()) ?? piece.fallback;
    if (typeof value !== 'string') return undefined;
    filled.push({ literal: value });
  }
  return filled;
}

/** The filled pattern as text, its wildcards without a meaning: for the operators that compare whole strings. */
export function literalOf(filled: Filled): string {
  return filled.map((piece) => (typeof piece === 'string' ? piece : piece.literal)).join('');
}

export function matchesGlob(filled: Filled, value: string, reach: Reach = 'text'): boolean {
  return new RegExp(`^${globSource(filled, reach)}$`, 's').test(value);
}

/**
 * Each of the six parts of an ARN is matched on its own, so that a `*` cannot swallow an account.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
export function matchesArn(filled: Filled, value: string): boolean {
  // No wildcard's source has a colon, and a variable's value has it escaped, so the source splits where the written ARN does.
  const patterns = splitArn(globSource(filled, 'text'));
  const parts = splitArn(value);
  return patterns.length === parts.length && patterns.every((pattern, at) => new RegExp(`^${pattern}$`, 's').test(parts[at] ?? ''));
}

function splitArn(text: string): readonly string[] {
  const parts = text.split(':');
  return [...parts.slice(0, 5), ...(parts.length > 5 ? [parts.slice(5).join(':')] : [])];
}

function globSource(filled: Filled, reach: Reach): string {
  return filled.map((piece, at) => pieceSource(piece, reach, at === filled.length - 1)).join('');
}

function pieceSource(piece: Filled[number], reach: Reach, last: boolean): string {
  if (typeof piece !== 'string') return escapeText(piece.literal).replaceAll(':', '\\x3a');
  const parts = piece.split(/(\*+|\?)/);
  return parts
    .map((part, at) => {
      if (part === '?') return '.';
      if (!part.startsWith('*')) return escapeText(part);
      const rest = parts.slice(at + 1).join('');
      return reach === 'text' || rest.startsWith(':') || (rest === '' && last) ? '.*' : '[^:]*';
    })
    .join('');
}

function escapeText(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
