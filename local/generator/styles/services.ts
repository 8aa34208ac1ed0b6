/** Services in Java, Python and Go: single lines mostly, and now and then the stack trace of an error, which is many lines with tabs and gaps. */
import type { Random } from '../random.ts';
import type { Style } from './style.ts';
import { address, hex, latencyMs, PEOPLE, plainTime } from './words.ts';

/** How often an entry is an error with its trace. */
const TRACE_SHARE = 0.06;

const JAVA_LINES: readonly ((random: Random) => [level: string, text: string])[] = [
  (r) => ['INFO ', `c.a.orders.OrderService - Order ${r.between(1e5, 1e6)} of ${r.pick(PEOPLE)} accepted in ${latencyMs(r)} ms`],
  (r) => ['DEBUG', `o.h.SQL - select o.id, o.state from orders o where o.customer_id=${r.between(1, 9999)}\tfetch first 50 rows only`],
  (r) => [
    'WARN ',
    `c.z.h.p.HikariPool - HikariPool-1 - Thread starvation or clock leap detected (housekeeper delta=${r.between(45, 120)}s${r.between(1, 999)}ms).`,
  ],
];

export const javaService: Style = (random, at) => {
  const head = (level: string, text: string): string => `${plainTime(at)} ${level} [http-nio-8080-exec-${random.between(1, 20)}] ${text}`;
  if (random.next() > TRACE_SHARE) return [head(...random.pick(JAVA_LINES)(random))];
  return [
    head('ERROR', `c.a.orders.OrderController - Could not save order ${random.between(1e5, 1e6)}`),
    'org.springframework.dao.DataAccessResourceFailureException: Unable to acquire JDBC Connection',
    '\tat org.springframework.orm.jpa.vendor.HibernateJpaDialect.convertHibernateAccessException(HibernateJpaDialect.java:277)',
    `\tat com.acme.orders.OrderService.save(OrderService.java:${random.between(40, 300)})`,
    '\tat java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(DirectMethodHandleAccessor.java:103)',
    `Caused by: java.sql.SQLTransientConnectionException: HikariPool-1 - Connection is not available, request timed out after ${random.between(30_000, 30_020)}ms.`,
    '\tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:686)',
    `\t... ${random.between(12, 60)} common frames omitted`,
  ];
};

export const pythonService: Style = (random, at) => {
  const head = (level: string, text: string): string => `${plainTime(at)} - recommender.model - ${level} - ${text}`;
  if (random.next() > TRACE_SHARE) {
    return [head('INFO', `scored ${random.between(10, 500)} items for user=${random.pick(PEOPLE)} auc=${random.next().toFixed(4)}`)];
  }
  return [
    head('ERROR', 'scoring failed, falling back to the popular items'),
    'Traceback (most recent call last):',
    `  File "/app/recommender/model.py", line ${random.between(80, 400)}, in score`,
    '    vector = self.embeddings[user_id]',
    '             ~~~~~~~~~~~~~~~^^^^^^^^^',
    `KeyError: '${hex(random, 12)}'`,
    '',
    'During handling of the above exception, another exception occurred:',
    '',
    'Traceback (most recent call last):',
    `  File "/app/recommender/api.py", line ${random.between(20, 90)}, in recommend`,
    '    return await self.model.score(user_id, limit=limit)',
    'recommender.errors.ColdStart: no history for this user → popular items',
  ];
};

export const goService: Style = (random, at) => {
  if (random.next() > TRACE_SHARE) {
    const fields = `remote=${address(random)} route=/v1/login status=${random.pick([200, 200, 401])} took=${latencyMs(random)}ms`;
    return [`time=${at.toISOString()} level=INFO msg="request served" ${fields} request_id=${hex(random, 16)}`];
  }
  const address64 = (): string => `0xc000${hex(random, 6)}`;
  return [
    `${plainTime(at, '.').slice(0, 19).replaceAll('-', '/')} http: panic serving ${address(random)}:${random.between(30_000, 60_000)}: runtime error: invalid memory address or nil pointer dereference`,
    `goroutine ${random.between(20, 9999)} [running]:`,
    'net/http.(*conn).serve.func1()',
    '\t/usr/local/go/src/net/http/server.go:1947 +0xbe',
    'panic({0x8c1f40?, 0xd7a0b0?})',
    '\t/usr/local/go/src/runtime/panic.go:787 +0x132',
    `acme.example/gateway/session.(*Store).Get(0x0, {${address64()}, 0x20})`,
    `\t/src/session/store.go:${random.between(30, 200)} +0x3a`,
    '',
  ];
};
