/** Web servers: nginx's combined format with the request time at the end (https://nginx.org/en/docs/http/ngx_http_log_module.html). */
import type { Random } from '../random.ts';
import type { Style } from './style.ts';
import { address, CITIES, hex, latencyMs } from './words.ts';

const AGENTS = [
  'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
  'kube-probe/1.33',
  'curl/8.14.1',
  'Prometheus/3.4.0',
];

const REQUESTS: readonly ((random: Random) => string)[] = [
  () => 'GET /healthz HTTP/1.1',
  (r) => `GET /api/v1/orders/${r.between(1000, 99_999)} HTTP/2.0`,
  (r) => `POST /api/v1/carts/${hex(r, 12)}/items HTTP/2.0`,
  (r) => `GET /search?q=${encodeURIComponent(r.pick(CITIES))}&page=${r.between(1, 9)} HTTP/2.0`,
  (r) => `GET /assets/app.${hex(r, 8)}.js HTTP/2.0`,
  // Scanners send what is no HTTP at all; nginx escapes it.
  () => String.raw`\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03`,
];
const STATUSES = [200, 200, 200, 200, 200, 200, 201, 204, 301, 304, 304, 404, 499, 502, 503];

export const accessLog: Style = (random, at) => {
  const request = random.pick(REQUESTS)(random);
  const status = request.startsWith('\\') ? 400 : random.pick(STATUSES);
  const referer = random.next() < 0.3 ? 'https://shop.example/café/menü' : '-';
  const fields = [`"${request}"`, status, random.between(0, 48_000), `"${referer}"`, `"${random.pick(AGENTS)}"`];
  return [`${address(random)} - - [${clf(at)}] ${fields.join(' ')} ${(latencyMs(random) / 1000).toFixed(3)}`];
};

/** The Common Log Format's time: `24/Nov/2026:12:41:44 +0000`. */
function clf(at: Date): string {
  const [, day, month, year, time] = at.toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
