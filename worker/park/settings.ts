/** Settings of parking, breakers and sweep. */
import { count, seconds } from '../setting.ts';

export const PARKING = {
  BREAKER_CACHE_SECONDS: seconds(
    5,
    0,
    300,
    'How old a task’s knowledge of the open breakers may be. Until then it may still try a tenant that another task was refused by.',
  ),
  BREAKER_PROBE_SECONDS: seconds(
    60,
    1,
    86_400,
    'After a refusal, how long a tenant is left alone before one object tries again; it doubles with each refusal, up to BREAKER_PROBE_MAX_SECONDS. A changed tenant row is tried at once.',
  ),
  BREAKER_PROBE_MAX_SECONDS: seconds(900, 1, 86_400, 'Longest such wait: so late at most is it noticed that a tenant has mended its side.'),
  OUTBREAK_TENANTS: count(
    5,
    1,
    100_000,
    'Where so many tenants that were well refuse within a minute, and they are OUTBREAK_PERCENT of those active, it is taken for a fault of our own side: nothing is parked then.',
  ),
  OUTBREAK_PERCENT: count(20, 1, 100, 'See OUTBREAK_TENANTS.'),
  SWEEP_OBJECTS: count(
    1000,
    10,
    1_000_000,
    'Notifications of parked objects that one sweep sends anew; the next sweep goes on at once. One tenant has a quarter of it.',
  ),
  SWEEP_RATE: count(100, 1, 10_000, 'Such notifications a second, so that those who return do not stand in the way of what is new.'),
  MESSAGE_MAX_DAYS: count(
    10,
    0,
    14,
    'Age from where on a message is not returned once more: its object is parked and gets a new message. Less than what the queue keeps, 14 days at most.',
  ),
  PARKED_WARN_DAYS: count(
    12,
    0,
    3650,
    'Age from where on a parked object is announced at each sweep (`parked:aging`): CloudWatch Logs refuses events of more than 14 days ago.',
  ),
};
