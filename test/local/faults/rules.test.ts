/** Which requests a rule is for, how often it strikes, and that a seed repeats it. */
import { createServer } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Faults, startFaults } from '../../../local/faults/faults.ts';
import type { FaultRule } from '../../../local/faults/rule.ts';
import { parseRule } from '../../../local/faults/rule-json.ts';
import { ask, type Asked, startTarget, type Target } from './target.ts';

const ASSUMED = `<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><Arn>arn:aws:sts::222222222222:assumed-role/r/s</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>ASIAGLOBEX</AccessKeyId></Credentials></AssumeRoleResult></AssumeRoleResponse>`;

let target: Target;
let faults: Faults;
beforeEach(async () => {
  target = await startTarget((req, res) => {
    req.resume().once('end', () => res.end(req.headers.authorization?.includes('/sts/') ? ASSUMED : 'ok'));
  });
  faults = await startFaults({ target: target.endpoint });
});
afterEach(async () => {
  await faults.stop();
  await target.stop();
});

const PUT_EVENTS: Asked = {
  method: 'POST',
  path: '/',
  service: 'logs',
  key: '111111111111',
  headers: { 'x-amz-target': 'Logs_20140328.PutLogEvents' },
  body: '{"logGroupName":"/ROSA/cluster-logs/application"}',
};
const ASSUME: Asked = { method: 'POST', path: '/', service: 'sts', body: 'Action=AssumeRole&Version=2011-06-15&RoleArn=arn' };
const struck = async (asked: Asked): Promise<boolean> => (await ask(faults.endpoint, asked)).status >= 400;

describe('a rule', () => {
  it.each<readonly [Omit<FaultRule, 'effect'>, Asked, boolean]>([
    [{}, {}, true],
    [{ service: 'logs' }, PUT_EVENTS, true],
    [{ service: 's3' }, PUT_EVENTS, false],
    [{ action: 'PutLogEvents' }, PUT_EVENTS, true],
    [{ action: 'CreateLogStream' }, PUT_EVENTS, false],
    [{ service: 'sts', action: 'AssumeRole' }, ASSUME, true],
    [{ action: 'GetCallerIdentity' }, ASSUME, false],
    [{ account: '111111111111' }, PUT_EVENTS, true],
    [{ account: '222222222222' }, PUT_EVENTS, false],
    [{ account: '000000000000' }, {}, true],
    [{ accessKeyId: '111111111111' }, PUT_EVENTS, true],
    [{ accessKeyId: '11111111111' }, PUT_EVENTS, false],
    [{ accessKeyId: /^1+$/g }, PUT_EVENTS, true],
    [{ path: /^\/bucket\/acme-corp\// }, { path: '/bucket/acme-corp/c/a/p/1.json.gz' }, true],
    [{ path: /^\/bucket\/acme-corp\// }, { path: '/bucket/globex/c/a/p/1.json.gz' }, false],
    [{ bodyIncludes: '"/ROSA/cluster-logs/application"' }, PUT_EVENTS, true],
    [{ bodyIncludes: 'other' }, PUT_EVENTS, false],
    [{ service: 'sts', bodyIncludes: 'RoleArn=arn' }, ASSUME, true],
    [{ probability: 0 }, {}, false],
    [{ limit: 0 }, {}, false],
  ])('%j', async (rule, asked, expected) => {
    faults.rules.set([{ ...rule, effect: 'error' }]);
    expect([await struck(asked), await struck(asked)]).toEqual([expected, expected]);
  });

  it('knows the account behind a role assumed through the proxy', async () => {
    faults.rules.set([{ account: '222222222222', effect: 'error' }]);
    const asGlobex = { ...PUT_EVENTS, key: 'ASIAGLOBEX' };
    expect(await struck(asGlobex)).toBe(false);
    expect((await ask(faults.endpoint, ASSUME)).body).toBe(ASSUMED);
    expect(await struck(asGlobex)).toBe(true);
  });

  it('spares the first, strikes so often, and is quiet again', async () => {
    faults.rules.set([{ name: 'third and fourth', service: 's3', after: 2, limit: 2, effect: 'error' }]);
    const seen: boolean[] = [];
    for (let n = 0; n < 6; n++) {
      seen.push(await struck({}));
      await ask(faults.endpoint, PUT_EVENTS);
    }
    expect(seen).toEqual([false, false, true, true, false, false]);
    expect(faults.hits()).toEqual({ 'third and fourth': 2 });
    expect(faults.requests()).toEqual({ 's3:GetObject': 6, 'logs:PutLogEvents': 6 });
  });

  it('can be added and taken away while it runs; the first that fires decides', async () => {
    expect(faults.rules.add({ service: 's3', limit: 1, effect: 'throttle' })).toBe('rule-1');
    expect(faults.rules.add({ name: 'rest', effect: 'error' })).toBe('rest');
    expect(() => faults.rules.add({ name: 'rest', effect: 'error' })).toThrow('there is a fault rule "rest" already');
    expect([(await ask(faults.endpoint)).status, (await ask(faults.endpoint)).status]).toEqual([503, 500]);
    faults.rules.clear();
    expect((await ask(faults.endpoint)).status).toBe(200);
    expect(faults.hits()).toEqual({ 'rule-1': 1, rest: 1 });
  });
});

describe('a seed', () => {
  const RULES: FaultRule[] = [{ name: 'some', service: 's3', probability: 0.3, effect: 'error' }];

  /** Which of 60 requests are struck, with requests of another kind in between. */
  async function strikes(seed: number, between: number): Promise<string> {
    const front = await startFaults({ target: target.endpoint, seed, rules: RULES });
    let pattern = '';
    for (let n = 0; n < 60; n++) {
      for (let other = 0; other < between; other++) await ask(front.endpoint, PUT_EVENTS);
      pattern += (await ask(front.endpoint)).status === 500 ? 'x' : '.';
    }
    await front.stop();
    return pattern;
  }

  it('strikes the same requests again, whatever else passes', async () => {
    const first = await strikes(7, 0);
    expect(await strikes(7, 2)).toBe(first);
    expect(await strikes(8, 0)).not.toBe(first);
    const share = first.split('x').length - 1;
    expect(share).toBeGreaterThan(9);
    expect(share).toBeLessThan(28);
  });
});

describe('operations', () => {
  it.each<readonly [string, string, string]>([
    ['GET', '/', 's3:ListBuckets'],
    ['PUT', '/bucket', 's3:CreateBucket'],
    ['GET', '/bucket/?list-type=2', 's3:ListObjectsV2'],
    ['GET', '/bucket/a/b', 's3:GetObject'],
    ['PUT', '/bucket/a/b?partNumber=1&uploadId=u', 's3:UploadPart'],
    ['POST', '/bucket/a/b?uploads', 's3:CreateMultipartUpload'],
    ['POST', '/bucket/a/b?uploadId=u', 's3:CompleteMultipartUpload'],
    ['POST', '/bucket?delete', 's3:DeleteObjects'],
    ['GET', '/bucket/a?x-id=GetObjectTagging', 's3:GetObjectTagging'],
  ])('%s %s is %s', async (method, path, counted) => {
    await ask(faults.endpoint, { method, path });
    expect(faults.requests()).toEqual({ [counted]: 1 });
  });

  it('knows a bucket in the host name, and hands such a host on with the target’s port', async () => {
    const hosts: (string | undefined)[] = [];
    const named = createServer((req, res) => res.end(String(hosts.push(req.headers.host))));
    await new Promise<void>((done) => named.listen(0, '127.0.0.1', done));
    const port = (named.address() as { port: number }).port;
    const front = await startFaults({ target: `http://127.0.0.1:${port}` });
    for (const host of ['bucket.s3.localhost.localstack.cloud:1', '127.0.0.1:1', 'localhost'])
      await ask(front.endpoint, { path: '/key', headers: { host } });
    expect(front.requests()).toEqual({ 's3:GetObject': 1, 's3:ListObjects': 2 });
    expect(hosts).toEqual([`bucket.s3.localhost.localstack.cloud:${port}`, `127.0.0.1:${port}`, `127.0.0.1:${port}`]);
    await front.stop();
    named.closeAllConnections();
    named.close();
  });
});

describe('a rule as JSON', () => {
  it('says the same', () => {
    const text = '{"service":"s3","accessKeyId":"/^ASIA/","path":"^/b/","after":1,"effect":{"kind":"cut","fraction":0.5}}';
    expect(parseRule(text)).toEqual({
      service: 's3',
      accessKeyId: /^ASIA/,
      path: /^\/b\//,
      after: 1,
      effect: { kind: 'cut', fraction: 0.5 },
    });
    expect(parseRule('{"accessKeyId":"test","effect":"hang"}')).toEqual({ accessKeyId: 'test', effect: 'hang' });
  });

  it.each([
    ['{"service":"s3","effect":"trottle"}', 'effect: expected "throttle"'],
    ['{"servise":"s3","effect":"throttle"}', 'Unrecognized key: "servise"'],
    ['{"path":"(","effect":"throttle"}', 'path: expected a regular expression'],
    ['{"account":"1","effect":"throttle"}', 'account: expected twelve digits'],
    ['throttle', 'a rule is JSON, such as'],
  ])('refuses %s', (text, words) => {
    expect(() => parseRule(text)).toThrow(words);
  });
});
