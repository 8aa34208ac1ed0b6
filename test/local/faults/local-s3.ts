/** Our own object store behind the front, without the other services. */
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFront } from '../../../local/front.ts';
import { S3 } from '../../../local/s3/s3.ts';
import { SettableClock } from '../../../local/clock.ts';
import { Fauxqs } from '../../../local/sqs/fauxqs.ts';

export interface LocalS3 {
  readonly endpoint: string;
  stop(): Promise<void>;
}

export async function startLocalS3(): Promise<LocalS3> {
  const fauxqs = new Fauxqs();
  const s3 = await S3.open({ clock: new SettableClock(), folder: await mkdtemp(join(tmpdir(), 'logferry-faults-')), destinations: fauxqs });
  const front = createFront({
    services: new Map([['s3', s3]]),
    resolve: (accessKeyId, _token, region) => ({
      accessKeyId,
      region,
      account: '000000000000',
      arn: 'arn:aws:iam::000000000000:root',
      tags: {},
      transitiveTagKeys: [],
    }),
    onDefect: (service, error) => {
      throw new Error(`defect in ${service}`, { cause: error });
    },
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(front.address() as AddressInfo).port}`,
    stop: async () => {
      front.close();
      front.closeAllConnections();
      await once(front, 'close');
      await Promise.all([s3.stop(), fauxqs.stop()]);
    },
  };
}
