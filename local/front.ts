/**
 * One HTTP endpoint for all services, told apart by the service name in the signature's credential scope. It resolves the caller, refuses those it
 * does not know, and hands the request on; it never reads a body.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readCredentialScope } from './credential-scope.ts';
import { refuse } from './refusal.ts';
import type { Caller, LocalService } from './service.ts';

/** Answers without a signature: for health checks of containers and scripts. */
export const HEALTH_PATH = '/_logferry/health';

/** The SDK keeps idle sockets and would meet a reset on the first call after Node's own 5 s. */
const KEEP_ALIVE_MS = 120_000;

export interface FrontOptions {
  /** By signing name, such as `s3`. */
  readonly services: ReadonlyMap<string, LocalService>;
  readonly resolve: (
    accessKeyId: string,
    sessionToken: string | undefined,
    region: string,
  ) => Caller | { readonly error: 'ExpiredToken' | 'InvalidClientTokenId'; readonly message: string };
  /** Told of each defect of the emulator itself. */
  readonly onDefect: (service: string, error: unknown) => void;
}

export function createFront(options: FrontOptions): Server {
  const server = createServer((req, res) => {
    // A body that nobody wants (an error was answered first) must still be read, or the connection could not be used again.
    res.once('finish', () => req.resume());
    void answer(options, req, res);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // A slow upload is not an attack here: tests hold back on purpose.
  server.requestTimeout = 0;
  return server;
}

async function answer({ services, resolve, onDefect }: FrontOptions, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const scope = readCredentialScope(req.headers, req.url ?? '/');
  if (scope === undefined) return answerUnsigned(services, req, res);
  const service = services.get(scope.service);
  if (service === undefined) {
    return refuse(
      res,
      scope.service,
      'UnknownService',
      `No service "${scope.service}" here; there are: ${[...services.keys()].join(', ')}.`,
    );
  }
  const caller = resolve(scope.accessKeyId, scope.sessionToken, scope.region);
  if ('error' in caller) return refuse(res, scope.service, caller.error, caller.message);
  try {
    await service.handle({ req, res, caller });
  } catch (error) {
    // Whoever breaks off in the middle gets no answer, and it is nobody's fault here.
    if (res.destroyed || req.errored !== null) return;
    onDefect(scope.service, error);
    refuse(res, scope.service, 'InternalFailure', 'A defect of the local emulator; its own output says more.');
  }
}

function answerUnsigned(services: FrontOptions['services'], req: IncomingMessage, res: ServerResponse): void {
  const healthy = req.url === HEALTH_PATH;
  const body = JSON.stringify(
    healthy
      ? { status: 'ok', services: [...services.keys()] }
      : {
          __type: 'MissingAuthenticationTokenException',
          message:
            'This endpoint tells services apart by the AWS signature, and the request has none: sign it (any keys will do, such as test/test).',
        },
  );
  res.writeHead(healthy ? 200 : 403, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  res.end(body);
}
