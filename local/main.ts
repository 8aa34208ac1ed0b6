/** `npm run local`: AWS on this machine, in the foreground until a signal. It alone here touches the process; it never keeps anything beyond its end. */
import { Command, InvalidArgumentError } from 'commander';
import { type LocalAws, startLocalAws } from './aws.ts';

/** LocalStack's, so that endpoints in people's shells keep working. */
const DEFAULT_PORT = 4566;
const MAX_PORT = 65_535;

interface Flags {
  readonly port: number;
  readonly host: string;
}

const flags = new Command('npm run local --')
  .description(
    'AWS on this machine: S3, SNS, SQS, DynamoDB, STS, IAM and CloudWatch Logs at one endpoint. All of it is gone when it stops.',
  )
  .option('--port <number>', 'port to listen on; 0 for any free one', readPort, DEFAULT_PORT)
  .option('--host <address>', 'address to listen on; 0.0.0.0 in a container', '127.0.0.1')
  .parse()
  .opts<Flags>();

await run(flags);

async function run({ port, host }: Flags): Promise<void> {
  const aws = await startLocalAws({ port, host }).catch((error: unknown) => fail(explain(error, port, host)));
  let stopping = false;
  const stop = (): void => {
    // Ctrl-C comes twice: from the terminal to all of its group, and from the script that started this process.
    if (stopping) return;
    stopping = true;
    aws.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(`The local AWS did not stop cleanly: ${String(error)}`),
    );
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  process.stdout.write(greeting(aws));
}

function greeting({ endpoint }: LocalAws): string {
  return `Local AWS at ${endpoint} (S3, SNS, SQS, DynamoDB, STS, IAM, CloudWatch Logs). Ctrl-C stops it, and nothing is kept.

For the worker, the aws command and any SDK:
  export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
A twelve-digit access key is that account: AWS_ACCESS_KEY_ID=111122223333 sees account 111122223333.

Try:
  aws --endpoint-url ${endpoint} s3 mb s3://logs
  aws --endpoint-url ${endpoint} sqs create-queue --queue-name notifications
  aws --endpoint-url ${endpoint} logs describe-log-groups
`;
}

function explain(error: unknown, port: number, host: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is taken, perhaps by LocalStack or another "npm run local". Choose another: npm run local -- --port 4567 (or 0 for any free one).`;
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `This machine has no address ${host}. Try npm run local -- --host 127.0.0.1`;
  if (code === 'EACCES')
    return `Port ${port} needs rights that this user does not have. Choose one above 1023: npm run local -- --port ${DEFAULT_PORT}`;
  return `The local AWS did not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

function fail(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

function readPort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > MAX_PORT) throw new InvalidArgumentError(`expected a number from 0 to ${MAX_PORT}`);
  return port;
}
