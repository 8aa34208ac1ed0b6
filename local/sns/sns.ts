/** SNS behind the front: fauxqs, as it is. It delivers to queues only, and signs its envelopes with a dummy. */
import { readBody } from '../read-body.ts';
import type { LocalService } from '../service.ts';
import type { Fauxqs } from '../sqs/fauxqs.ts';

export function createSns(fauxqs: Fauxqs): LocalService {
  return {
    handle: async ({ req, res, caller }) => {
      const { status, headers, body } = await fauxqs.sns((await readBody(req)).toString(), caller.region);
      res.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
      res.end(body);
    },
  };
}
