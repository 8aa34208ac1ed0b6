/** A fault rule as a person writes it on a command line. It takes nothing that it does not know, so that no typing error becomes a fault that never strikes. */
import { z } from 'zod';
import type { FaultRule } from './rule.ts';

const pattern = z.string().transform((source, context) => {
  try {
    return new RegExp(source);
  } catch (error) {
    context.addIssue({
      code: 'custom',
      message: `expected a regular expression: ${error instanceof Error ? error.message : String(error)}`,
    });
    return z.NEVER;
  }
});

const times = z.int().min(0);

const effect = z.union(
  [
    z.enum(['throttle', 'error', 'error-after', 'reset', 'reset-after', 'hang']),
    z.strictObject({ kind: z.literal('delay'), ms: times }),
    z.strictObject({ kind: z.literal('cut'), afterBytes: times }),
    z.strictObject({ kind: z.literal('cut'), fraction: z.number().min(0).max(1) }),
    z.strictObject({ kind: z.literal('refuse'), code: z.string(), status: z.int().min(400).max(599), message: z.string() }),
  ],
  {
    error:
      'expected "throttle", "error", "error-after", "reset", "reset-after", "hang", {"kind":"delay","ms":200}, ' +
      '{"kind":"cut","afterBytes":100}, {"kind":"cut","fraction":0.5} or {"kind":"refuse","code":"AccessDeniedException","status":400,"message":"..."}',
  },
);

const schema = z.strictObject({
  name: z.string().optional(),
  service: z.string().optional(),
  action: z.string().optional(),
  account: z
    .string()
    .regex(/^\d{12}$/, 'expected twelve digits')
    .optional(),
  accessKeyId: z
    .union([
      z.string().regex(/^[^/]/),
      z
        .string()
        .regex(/^\/.+\/$/)
        .transform((text) => text.slice(1, -1))
        .pipe(pattern),
    ])
    .optional(),
  path: pattern.optional(),
  bodyIncludes: z.string().optional(),
  probability: z.number().min(0).max(1).optional(),
  after: times.optional(),
  limit: times.optional(),
  effect,
});

/**
 * @param text JSON with the fields of `FaultRule`; `path` is the source of a regular expression, `accessKeyId` too between slashes.
 * @throws Error that names each faulty field and what is expected of it.
 */
export function parseRule(text: string): FaultRule {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the rule'}: ${message}`);
  throw new Error(`${faults.join('; ')}; in ${text}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`a rule is JSON, such as {"service":"logs","effect":"throttle"}; got ${text}`, { cause: error });
  }
}
