/** What the agent's configuration promises about lines: where they go, that they wait rather than vanish, and that nothing is dropped uncounted. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { localConfig } from '../../../k8s/local/config.ts';
import { eventOf } from '../../../k8s/local/event.ts';
import { recordOf } from '../../../local/generator/record.ts';

interface Component {
  readonly type: string;
  readonly inputs?: readonly string[];
  readonly [option: string]: unknown;
}

interface Config {
  readonly sources: Readonly<Record<string, Component>>;
  readonly transforms: Readonly<Record<string, Component>>;
  readonly sinks: Readonly<Record<string, Component>>;
}

const read = (text: string) => parse(text) as Config;
const agent = read(readFileSync(new URL('../../../k8s/base/vector/vector.yaml', import.meta.url), 'utf8'));
const local = read(localConfig('/tmp/data'));

describe('the agent’s objects', () => {
  const s3 = agent.sinks['s3'];

  it('are gzip NDJSON under the key that the worker reads, 10 MB or 5 minutes each', () => {
    expect(s3).toMatchObject({
      key_prefix: '{{ customer_id }}/{{ cluster_id }}/{{ application }}/{{ pod_name }}/',
      filename_append_uuid: true,
      compression: 'gzip',
      encoding: { codec: 'json' },
      framing: { method: 'newline_delimited' },
      batch: { max_bytes: 10_000_000, timeout_secs: 300 },
    });
  });

  it('wait on disk until S3 has them, through refusals too, and hold reading back when the disk is full', () => {
    expect(s3).toMatchObject({
      acknowledgements: { enabled: true },
      buffer: { type: 'disk', when_full: 'block' },
      retry_strategy: { type: 'all' },
    });
  });

  it('ask the bucket for nothing that the writer role may not do', () => {
    expect(s3).toMatchObject({ healthcheck: { enabled: false } });
    expect(Object.keys(s3 ?? {})).not.toContain('server_side_encryption');
    expect(Object.keys(s3 ?? {})).not.toContain('acl');
  });
});

it('a loud pod does not keep the agent from the files of those that came after it', () => {
  expect(agent.sources['pods']).toMatchObject({ type: 'kubernetes_logs', oldest_first: false });
});

describe('no line is dropped uncounted', () => {
  const remaps = Object.entries(agent.transforms).filter(([, { file }]) => file !== undefined);

  it('what a program fails on is rerouted to the counter', () => {
    for (const [name, transform] of remaps) expect([name, transform]).toMatchObject([name, { drop_on_error: true, reroute_dropped: true }]);
    expect(agent.transforms['failed']?.inputs).toEqual(remaps.map(([name]) => `${name}.dropped`));
  });

  it('what belongs to no customer goes to the counter, which Prometheus reads', () => {
    expect(agent.transforms['count_dropped']?.inputs).toEqual(['sort.dropped', 'failed']);
    expect(agent.sinks['metrics']?.inputs).toContain('count_dropped');
  });

  it('the programs are those of the ConfigMap', () => {
    expect(remaps.map(([, { file }]) => file)).toEqual(['enrich', 'clean', 'multiline', 'level'].map((name) => `/etc/vector/${name}.vrl`));
  });
});

it('merging drops no field: each has its strategy', () => {
  const program = readFileSync(new URL('../../../k8s/base/vector/enrich.vrl', import.meta.url), 'utf8');
  const fields = [...program.slice(program.lastIndexOf('\n. = {')).matchAll(/^ {2}"(\w+)":/gm)].map(([, name = '']) => name);
  expect(Object.keys(agent.transforms['merge']?.['merge_strategies'] ?? {})).toEqual(expect.arrayContaining([...fields, 'starts']));
});

describe('npm run vector:local', () => {
  it('runs the agent’s transforms, but for the folder of the programs', () => {
    const mounted = JSON.stringify(local.transforms).replaceAll(
      fileURLToPath(new URL('../../../k8s/base/vector/', import.meta.url)),
      '/etc/vector/',
    );
    expect(JSON.parse(mounted)).toEqual(agent.transforms);
  });

  it('writes objects of the same form under the same keys', () => {
    const form = ['key_prefix', 'filename_time_format', 'filename_append_uuid', 'filename_extension', 'compression', 'encoding', 'framing'];
    const of = ({ sinks }: Config) => form.map((option) => sinks['s3']?.[option]);
    expect(of(local)).toEqual(of(agent));
  });

  it('makes events of the generator’s records, and leaves events as they are', () => {
    const pod = {
      application: 'a',
      clusterId: 'c',
      customerId: 't',
      environment: 'e',
      file: 'f',
      namespace: 'n',
      nodeName: 'o',
      podName: 'p',
    };
    const event = eventOf(recordOf(pod, 'INFO x', 1n));
    expect(JSON.parse(event)).toMatchObject({
      message: 'INFO x',
      kubernetes: { pod_annotations: { 'logferry.io/customer-id': 't' }, pod_name: 'p' },
    });
    expect(eventOf(event)).toBe(event);
  });

  it('says what to install where there is no Vector', () => {
    const script = fileURLToPath(new URL('../../../k8s/local/main.ts', import.meta.url));
    const { status, stderr } = spawnSync(process.execPath, [script, '--bucket', 'b'], {
      encoding: 'utf8',
      env: { ...process.env, VECTOR: '/nowhere/vector' },
    });
    expect([status, stderr]).toEqual([1, expect.stringMatching(/Vector 0\.56\.0.*installation.*VECTOR/)]);
  });
});
