/** `send`: lines from files or standard input, shipped as a tenant's, as the log generator ships them: a first try of the whole way in a real account. */
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { Option, type Command } from 'commander';
import { GeneratorError } from '../local/generator/error.ts';
import { shipFiles, type ShipOptions } from '../local/generator/ship.ts';
import { s3Target, type Target } from '../local/generator/targets.ts';
import { describe } from '../worker/errors.ts';
import { isSegment } from '../worker/locate/object-key.ts';
import { SETTINGS } from '../worker/settings.ts';
import type { CliClients } from './clients.ts';
import { examples, open, type Context } from './context.ts';
import { CliError, UsageError } from './error.ts';
import { counted, shown } from './output.ts';
import { Destinations } from './send/destinations.ts';
import { ownTimes } from './send/own-times.ts';
import { checkId } from './tenant/change.ts';

interface SendOptions {
  readonly bucket?: string;
  readonly writerRoleArn?: string;
  readonly clusterId: string;
  readonly application?: string;
  readonly podName?: string;
  readonly environment: string;
}

export function defineSend(program: Command): void {
  program
    .command('send')
    .description(
      "ship lines as a tenant's, as an agent would: for a first try from end to end. Each line has the time of reading, unless it is JSON with a timestamp of its own",
    )
    .argument('<id>')
    .argument('[files...]', 'text or JSON lines, also gzip; - or none for standard input')
    .addOption(new Option('--bucket <name>', 'the central bucket').env('S3_BUCKET_NAME'))
    .addOption(new Option('--writer-role-arn <arn>', 'a role that is assumed to write').env('S3_WRITER_ROLE_ARN'))
    .option('--cluster-id <id>', 'the cluster they come from', 'logferry-send')
    .option('--application <name>', "the application; each file's name by default")
    .option('--pod-name <name>', 'the pod; one as Kubernetes names it by default')
    .option('--environment <name>', 'stands in the records', SETTINGS.ENVIRONMENT.default)
    .addHelpText(
      'after',
      examples(
        "echo 'the first line' | logferry send acme-corp -",
        'logferry send acme-corp /var/log/syslog --application syslog --cluster-id prod-1',
        'logferry send acme-corp app.log.gz --json | jq .destinations',
      ),
    )
    .action((id: string, files: string[], options: SendOptions, command: Command) => send(open(command), id, files, options));
}

async function send(context: Context, id: string, files: readonly string[], options: SendOptions): Promise<void> {
  checkId(id);
  const { bucket, clusterId } = options;
  if (!bucket) throw new UsageError('which bucket? Give --bucket, or set S3_BUCKET_NAME');
  if (!isSegment(clusterId)) throw new UsageError(`--cluster-id is ${JSON.stringify(clusterId)}; expected 1 to 128 of A-Z a-z 0-9 . _ -`);
  const { output } = context;
  const destinations = await Destinations.open(context, id, options.environment);
  // Before anything is sent: an id that was mistyped shows here.
  await destinations.look(id, clusterId);
  for (const fault of destinations.faults) output.warn(fault);
  const known = destinations.faults.length;
  const target = await writerTarget(context.clients, bucket, options.writerRoleArn);
  const times = ownTimes(context.now());
  const ship = { ...options, customerId: id, files: filesOf(files), timeOf: times.timeOf };
  const objects = await shipAll(ship, target, async (object) => {
    if (!output.isJson) output.line(`${object.key}  ${counted(object.lines, 'line')}`);
    await destinations.add(object.key);
  });
  if (objects.length === 0) throw new CliError('nothing was sent: there were no lines');
  const warnings = [...destinations.faults, ...times.warnings()];
  for (const warning of warnings.slice(known)) output.warn(warning);
  const lines = objects.reduce((sum, object) => sum + object.lines, 0);
  output.answer({ tenant_id: id, bucket, objects, lines, destinations: destinations.found, warnings }, () => {
    output.line(`${counted(objects.length, 'object')} and ${counted(lines, 'line')} sent to ${target.name}.`);
    for (const { account, region, group, stream } of destinations.found)
      output.line(`To be delivered to account ${account}, ${region}, log group ${group}, stream ${shown(stream)}.`);
  });
}

/** @throws UsageError for standard input beside itself. */
function filesOf(files: readonly string[]): ShipOptions['files'] {
  const named = files.length === 0 ? ['-'] : files;
  if (named.filter((file) => file === '-').length > 1) throw new UsageError('standard input (-) can be sent once');
  return named.map((file) => (file === '-' ? { path: '/dev/stdin', bytes: process.stdin as AsyncIterable<Buffer> } : file));
}

interface Sent {
  readonly key: string;
  readonly lines: number;
  /** Uncompressed. */
  readonly bytes: number;
}

async function shipAll(options: ShipOptions, target: Target, tell: (object: Sent) => Promise<void>): Promise<Sent[]> {
  const sent: Sent[] = [];
  try {
    for await (const object of shipFiles(options)) {
      await target.write(object);
      const { key, lines, ndjson } = object;
      sent.push({ key, lines, bytes: ndjson.length });
      await tell({ key, lines, bytes: ndjson.length });
    }
  } catch (error) {
    if (!(error instanceof GeneratorError)) throw error;
    const before = sent.length === 0 ? '' : ` Sent before: ${counted(sent.length, 'object')}.`;
    throw new CliError(`${error.message}${before}`, { cause: error });
  }
  return sent;
}

async function writerTarget(clients: CliClients, bucket: string, RoleArn: string | undefined): Promise<Target> {
  if (!RoleArn) return s3Target(clients.s3(), bucket);
  try {
    const { Credentials } = await clients.sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'logferry-send' }));
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = Credentials ?? {};
    if (!accessKeyId || !secretAccessKey || !sessionToken) throw new Error('STS answered AssumeRole without credentials');
    return s3Target(clients.s3({ accessKeyId, secretAccessKey, sessionToken }), bucket);
  } catch (error) {
    throw new CliError(`the writer role ${RoleArn} does not let you in: ${describe(error)}`, { cause: error });
  }
}
