/** Settings of the ledger. */
import { count, seconds, text } from '../setting.ts';

export const LEDGER = {
  LEDGER_TABLE: text({
    pattern: /^[A-Za-z0-9_.:/-]{3,2048}$/,
    expected: 'the name or ARN of a DynamoDB table',
    advice:
      'What became of each object. Without it, an object whose worker dies or stops is delivered again from its start, and a repeated notification delivers it again as a whole.',
  }),
  LEASE_SECONDS: seconds(
    90,
    1,
    3600,
    'How long an object belongs to the worker that took it up; renewed every third of that. The objects of a killed worker wait for its end.',
  ),
  LEASE_SKEW_SECONDS: seconds(10, 0, 300, 'How far the clocks of two workers may be apart: so long after its end a lease still counts.'),
  CHECKPOINT_SECONDS: seconds(
    10,
    0,
    3600,
    'How often an object under way notes how far it is settled. What a killed worker delivered since is delivered again.',
  ),
  MAX_ATTEMPTS: count(10, 1, 1000, 'Attempts in a row without a line of progress, after which an object is a dead letter (`poison`).'),
  LEDGER_KEEP_DAYS: count(
    45,
    1,
    3650,
    'Days for which a delivered object is remembered: longer than queues keep messages and the bucket keeps objects.',
  ),
};
