/** The key of a log group (pure). A session needs no permission on it: CloudWatch Logs itself must be let in. */
import { describe } from '../../worker/errors.ts';
import type { Route } from '../../worker/locate/locate.ts';
import type { Result } from './check.ts';
import { keyOf } from './denial.ts';
import { keyStatement } from './statements.ts';

export function keyRefused(error: unknown, route: Route): Result {
  return {
    outcome: 'red',
    reason: `the KMS key of ${route.group} (${keyOf(error) ?? 'which AWS does not name'}) refuses CloudWatch Logs`,
    said: describe(error),
    causes: ['kms'],
    fix: {
      side: 'customer',
      does: 'see that the key is enabled, not to be deleted, and in the same region; and add this statement to the policy of the key',
      statement: keyStatement(route),
    },
  };
}
