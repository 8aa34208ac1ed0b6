/** `npm run pin:digests` against a registry of our own on this machine, which speaks the API that Docker Hub speaks. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ROOT } from './dockerfile.ts';

const index = (...architectures: string[]) =>
  JSON.stringify({ manifests: architectures.map((architecture) => ({ platform: { os: 'linux', architecture } })) });
const digestOf = (body: string) => `sha256:${createHash('sha256').update(body).digest('hex')}`;
const BOTH = index('amd64', 'arm64', 's390x');

let server: Server;
let host: string;
let folder: string;
/** The registry's manifests, by name and tag; and what it says of them, where that is not the truth. */
let manifests: Record<string, string>;
let lie: string | undefined;
let asked: string[];

beforeEach(async () => {
  [manifests, lie, asked] = [{}, undefined, []];
  folder = mkdtempSync(join(tmpdir(), 'logferry-pin-'));
  server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

function answer(req: IncomingMessage, res: ServerResponse): void {
  const url = new URL(req.url ?? '', `http://${host}`);
  const [, name = '', tag = ''] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url.pathname) ?? [];
  const scope = `repository:${name}:pull`;
  const body = manifests[`${name}:${tag}`];
  if (url.pathname === '/token') res.end(JSON.stringify({ token: `for ${url.searchParams.get('scope')}` }));
  else if (req.headers.authorization !== `Bearer for ${scope}`)
    res.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token",service="registry",scope="${scope}"` }).end();
  else if (body === undefined) res.writeHead(404).end();
  else {
    asked.push(`${name}:${tag} ${req.headers.accept}`);
    res.writeHead(200, { 'docker-content-digest': lie ?? digestOf(body) }).end(body);
  }
}

/** @returns how it ended, and the Dockerfile afterwards. */
async function pin(dockerfile: string, ...args: string[]): Promise<{ code: number; out: string; after: string }> {
  const file = join(folder, 'Dockerfile');
  writeFileSync(file, dockerfile);
  const child = spawn(process.execPath, [join(ROOT, 'scripts', 'pin-digests.ts'), '--file', file, ...args]);
  const printed = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await once(child, 'close')) as [number];
  return { code, out: (await printed).join(''), after: readFileSync(file, 'utf8') };
}

/** Our own Dockerfile, with that image in place of Docker Hub's. */
const ours = (image: string) => readFileSync(join(ROOT, 'Dockerfile'), 'utf8').replace(/^(ARG NODE_IMAGE=)\S+/m, `$1${image}`);

it('writes the digest of the index that is behind the tag, and nothing else', async () => {
  manifests['library/node:24-alpine'] = BOTH;
  const image = `${host}/library/node:24-alpine`;
  const { code, out, after } = await pin(ours(image));
  expect({ code, out }).toEqual({ code: 0, out: `${image} ${digestOf(BOTH)}\n` });
  expect(after).toBe(ours(`${image}@${digestOf(BOTH)}`));
  expect(asked).toEqual([expect.stringContaining('application/vnd.oci.image.index.v1+json')]);
});

it('renews a digest that is there, and leaves one that holds', async () => {
  manifests['node:1'] = BOTH;
  const pinned = ours(`${host}/node:1@${digestOf(BOTH)}`);
  expect((await pin(ours(`${host}/node:1@sha256:${'0'.repeat(64)}`))).after).toBe(pinned);
  expect((await pin(pinned)).after).toBe(pinned);
});

it('pins a FROM that names its image itself, and no stage or scratch', async () => {
  manifests['a/b:1'] = BOTH;
  const [first, others] = [`FROM --platform=$BUILDPLATFORM ${host}/a/b:1`, 'AS one\nFROM one AS two\nFROM scratch\n'];
  expect((await pin(`${first} ${others}`)).after).toBe(`${first}@${digestOf(BOTH)} ${others}`);
});

it('with --check changes nothing, and fails when the tag has moved', async () => {
  manifests['node:1'] = BOTH;
  const [held, moved] = [ours(`${host}/node:1@${digestOf(BOTH)}`), ours(`${host}/node:1@sha256:${'0'.repeat(64)}`)];
  expect(await pin(held, '--check')).toMatchObject({ code: 0, after: held });
  expect(await pin(moved, '--check')).toMatchObject({ code: 1, after: moved, out: expect.stringContaining('says otherwise') as string });
});

it.each<[string, () => void, RegExp]>([
  ['there is no such tag', () => (manifests = {}), /answers 404 for node:1/],
  ['a platform is lacking', () => (manifests['node:1'] = index('amd64')), /is not there for linux\/arm64/],
  [
    'the registry’s digest is not that of its answer',
    () => (lie = `sha256:${'1'.repeat(64)}`),
    /says sha256:1+ for node:1, and what it sends is sha256:/,
  ],
  ['there is no network', () => server.close(), /does not answer \(.*\): is there a network\?/],
])('changes nothing when %s, and says so', async (_, spoil, message) => {
  manifests['node:1'] = BOTH;
  spoil();
  const dockerfile = ours(`${host}/node:1`);
  const { code, out, after } = await pin(dockerfile);
  expect({ code, out }).toEqual({ code: 1, out: expect.stringMatching(message) as string });
  expect(out).toContain('Nothing was changed.');
  expect(after).toBe(dockerfile);
});
