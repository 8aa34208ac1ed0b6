/** Services that log JSON: the message is itself a JSON text, which must arrive as it was written, numbers beyond 2^53 and all. */
import type { Random } from '../random.ts';
import type { Style } from './style.ts';
import { CITIES, hex, latencyMs, PEOPLE } from './words.ts';

const EVENTS: readonly ((random: Random) => Record<string, unknown>)[] = [
  (r) => ({ level: 'info', msg: 'payment authorised', amount: { value: r.between(100, 99_999), currency: r.pick(['EUR', 'JPY', 'BRL']) } }),
  (r) => ({ level: 'info', msg: 'request completed', http: { method: 'POST', path: '/v2/charges', status: 200, ms: latencyMs(r) } }),
  (r) => ({ level: 'info', msg: `receipt sent to ${r.pick(PEOPLE)} 🧾`, city: r.pick(CITIES) }),
  (r) => ({
    level: 'warn',
    msg: 'card declined',
    reason: 'insufficient_funds',
    tries: r.between(1, 3),
    note: 'customer said: "try again\tlater"',
  }),
  (r) => ({
    level: 'error',
    msg: 'upstream refused',
    err: {
      type: 'FetchError',
      message: 'connect ECONNREFUSED 10.0.3.17:443',
      stack: 'FetchError: connect ECONNREFUSED\n    at Socket.onError (/app/pay.js:41:13)\n    at Socket.emit (node:events:519:28)',
    },
    retryInMs: r.between(100, 5000),
  }),
];

export const jsonLog: Style = (random, at) => {
  const event = random.pick([...EVENTS.slice(0, 3), ...EVENTS])(random);
  const text = JSON.stringify({ ts: at.toISOString(), service: 'payments', traceId: hex(random, 32), ...event });
  // Ids as a 64-bit counter gives them: JSON.stringify could not write one, and whoever parses and prints again changes it.
  return [text.replace(/}$/, `,"id":9${random.between(1e8, 9e8)}${random.between(1e8, 9e8)}}`)];
};
