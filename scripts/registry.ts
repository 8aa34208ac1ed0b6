/** Asks a registry of images, by its HTTP API, what a tag stands for now. It pulls nothing and needs no engine. https://distribution.github.io/distribution/spec/api/ */
import { createHash } from 'node:crypto';

export interface Tagged {
  /** `sha256:` and the hash of the very bytes that the registry answered with. */
  readonly digest: string;
  /** Such as `linux/arm64`, of an index; empty for the image of one platform alone. */
  readonly platforms: readonly string[];
}

const ACCEPT = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json'].join(', ');
const TIMEOUT_MS = 20_000;

/** @param reference such as `node:24.21.0-alpine` or `registry.example/team/name:tag`. @throws Error in words when there is no network, no such tag, or an answer that is not what it says. */
export async function lookUp(reference: string): Promise<Tagged> {
  const { host, name, tag } = parse(reference);
  const url = `${isLoopback(host) ? 'http' : 'https'}://${host}/v2/${name}/manifests/${tag}`;
  let answer = await get(url, { accept: ACCEPT });
  if (answer.status === 401) {
    const token = await fetchToken(answer.headers.get('www-authenticate') ?? '', host);
    answer = await get(url, { accept: ACCEPT, authorization: `Bearer ${token}` });
  }
  if (!answer.ok) throw new Error(`${host} answers ${answer.status} for ${name}:${tag}`);
  const body = Buffer.from(await answer.arrayBuffer());
  const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const told = answer.headers.get('docker-content-digest');
  if (told !== null && told !== digest) throw new Error(`${host} says ${told} for ${name}:${tag}, and what it sends is ${digest}`);
  return { digest, platforms: platformsOf(body) };
}

/** As Docker reads it: without a host it is Docker Hub's, and there without a folder an official image. */
function parse(reference: string): { host: string; name: string; tag: string } {
  const [, host, path = '', tag = 'latest'] = /^(?:([^/]*[.:][^/]*|localhost)\/)?([^:@]+)(?::([\w.-]+))?/.exec(reference) ?? [];
  if (host !== undefined && host !== 'docker.io') return { host, name: path, tag };
  return { host: 'registry-1.docker.io', name: path.includes('/') ? path : `library/${path}`, tag };
}

/** https://distribution.github.io/distribution/spec/auth/token/ */
async function fetchToken(challenge: string, host: string): Promise<string> {
  const fields = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
  const { realm = '', service = '', scope = '' } = fields;
  if (!/^Bearer /i.test(challenge) || !URL.canParse(realm))
    throw new Error(`${host} wants a login that is not a token: ${challenge || 'it does not say which'}`);
  const url = new URL(realm);
  url.searchParams.set('service', service);
  url.searchParams.set('scope', scope);
  const answer = await get(url.href, {});
  const { token, access_token } = (answer.ok ? await answer.json() : {}) as { token?: string; access_token?: string };
  const found = token ?? access_token;
  if (found === undefined) throw new Error(`${url.host} gives no token for ${scope}: ${answer.status}`);
  return found;
}

async function get(url: string, headers: Record<string, string>): Promise<Response> {
  try {
    return await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Error(`${new URL(url).host} does not answer (${cause instanceof Error ? cause.message : message}): is there a network?`, {
      cause: error,
    });
  }
}

function platformsOf(body: Buffer): string[] {
  const { manifests = [] } = JSON.parse(body.toString()) as { manifests?: { platform?: { os?: string; architecture?: string } }[] };
  return manifests.map(({ platform }) => `${platform?.os}/${platform?.architecture}`);
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host);
}
