/** What AWS's front doors check of each parameter before anything else, in their words (pure). */
import { QueryError } from './query.ts';

/** `1 validation error detected: Value '...' at '...' failed to satisfy constraint: ...` */
export function validationError(value: string, field: string, constraint: string): QueryError {
  return new QueryError(
    'ValidationError',
    `1 validation error detected: Value '${value}' at '${field}' failed to satisfy constraint: ${constraint}`,
  );
}

/** @param bounds in characters. @throws QueryError `ValidationError`. */
export function checkLength(value: string, field: string, bounds: { readonly min: number; readonly max: number }): void {
  const length = Array.from(value).length;
  if (length < bounds.min) throw validationError(value, field, `Member must have length greater than or equal to ${bounds.min}`);
  if (length > bounds.max) throw validationError(value, field, `Member must have length less than or equal to ${bounds.max}`);
}

/** @throws QueryError `ValidationError` that shows the pattern. */
export function checkPattern(value: string, field: string, pattern: RegExp): void {
  const shown = pattern.source.replace(/^\^/, '').replace(/\$$/, '');
  if (!pattern.test(value)) throw validationError(value, field, `Member must satisfy regular expression pattern: ${shown}`);
}
