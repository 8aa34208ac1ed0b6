/** The agent's pipeline with its programs run by the `vrl` command; the transforms between them (route, reduce) as Vector documents them. */
import { AGENT_ENVIRONMENT, CASES, ONE_CUSTOMER_CASES, ONE_CUSTOMER_ENVIRONMENT, type Case } from '../../k8s/vector/cases.ts';
import { sourceHash, VECTOR_VERSION, VRL_VERSION, type Golden } from '../../k8s/vector/programs.ts';
import { runProgram } from './vrl.ts';

type Event = Record<string, unknown>;

/** What the checked-in programs make of the checked-in events now. */
export function runAll(vrl: string): Golden {
  const parts = [run(vrl, CASES, AGENT_ENVIRONMENT), run(vrl, ONE_CUSTOMER_CASES, ONE_CUSTOMER_ENVIRONMENT)];
  return {
    vector: VECTOR_VERSION,
    vrl: VRL_VERSION,
    source: sourceHash(),
    dropped: parts.flatMap(({ dropped }) => dropped),
    records: parts.flatMap(({ records }) => records),
  };
}

function run(vrl: string, cases: readonly Case[], env: Readonly<Record<string, string>>): Pick<Golden, 'dropped' | 'records'> {
  const step = (program: string, events: readonly Event[]): Event[] => runProgram(vrl, program, events, env);
  const enriched = step('enrich.vrl', cases.flatMap(({ events }) => events) as unknown as Event[]);
  const kept = enriched.filter(({ drop_reason: reason }) => reason === null);
  const records = step('level.vrl', merge(step('multiline.vrl', step('clean.vrl', kept))));
  return {
    dropped: enriched
      .filter(({ drop_reason: reason }) => reason !== null)
      .map((event) => ({ case: caseOf(event), reason: String(event['drop_reason']) })),
    records: records.map((record) => ({ case: caseOf(record), prefix: prefixOf(record), record })),
  };
}

/** `reduce` by file and stream: `starts_when`, messages joined by newlines, all else the first line's. Without its clock and its limits. */
function merge(events: readonly Event[]): Event[] {
  const open = new Map<string, Event>();
  const merged: Event[] = [];
  for (const event of events) {
    const group = `${String(event['file'])} ${String(event['stream'])}`;
    const last = open.get(group);
    if (last === undefined || event['starts'] === true) {
      const first = { ...event };
      merged.push(first);
      open.set(group, first);
    } else {
      last['message'] = `${String(last['message'])}\n${String(event['message'])}`;
    }
  }
  return merged;
}

/** As `key_prefix` of the aws_s3 sink is filled in. */
function prefixOf(record: Event): string {
  return ['customer_id', 'cluster_id', 'application', 'pod_name'].map((field) => `${String(record[field])}/`).join('');
}

function caseOf({ file }: Event): string {
  return /^\/var\/log\/pods\/[^_]+_[^_]+_([^/]+)\//.exec(String(file))?.[1] ?? '';
}
