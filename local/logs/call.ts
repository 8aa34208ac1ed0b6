/** One call on its way through the service: who calls, with what, and how a step finds its group. Nothing is looked up before it is allowed. */
import type { Caller } from '../service.ts';
import { invalid, LogsError } from './error.ts';
import type { Input } from './input.ts';
import { checkGroupName, checkStreamName, groupArn, parseGroupArn, streamArn } from './names.ts';
import type { Group, LogStore } from './store.ts';

export interface LogsCall {
  readonly caller: Caller;
  readonly input: Input;
  readonly store: LogStore;
  /** In ms since 1970 by the emulator's clock. */
  readonly now: number;
  /** @throws LogsError `AccessDeniedException` unless the caller's policies allow this operation on the resource. */
  readonly authorise: (resource: string) => void;
}

/** @returns the answer's members; undefined for operations that answer nothing. */
export type LogsAction = (call: LogsCall) => object | undefined;

/** The group that `logGroupName` names. @throws LogsError in AWS's words. */
export function namedGroup({ caller, input, store, authorise }: LogsCall): Group {
  const name = checkGroupName(input.required('logGroupName'));
  authorise(streamArn(caller, name));
  return store.group(caller, name);
}

/** The group that either `logGroupName` or `logGroupIdentifier`, a name or an ARN, tells. @param stream where the call is about one of its streams. */
export function identifiedGroup({ caller, input, store, authorise }: LogsCall, stream?: string): Group {
  const identifier = input.text('logGroupIdentifier');
  if (identifier !== undefined && input.has('logGroupName'))
    throw invalid('You must specify either logGroupName or logGroupIdentifier, but not both.');
  const address = identifier === undefined ? undefined : parseGroupArn(identifier);
  const name = checkGroupName(address?.group ?? identifier ?? input.required('logGroupName'));
  const resource = streamArn(address ?? caller, name, stream);
  authorise(resource);
  // Groups of linked accounts, as a monitoring account sees them, do not exist here.
  if (address !== undefined && address.account !== caller.account)
    throw new LogsError(
      'AccessDeniedException',
      `User: ${caller.arn} is not authorized to perform this operation on resource: ${resource}`,
    );
  if (address !== undefined && address.region !== caller.region)
    throw new LogsError('ResourceNotFoundException', 'The specified log group does not exist.');
  return store.group(caller, name);
}

/** The names that `logGroupName` and `logStreamName` give, when the caller may do this to such a stream. It may still not exist. */
export function allowedStream({ caller, input, authorise }: LogsCall): { groupName: string; streamName: string } {
  const groupName = checkGroupName(input.required('logGroupName'));
  const streamName = checkStreamName(input.required('logStreamName'));
  authorise(streamArn(caller, groupName, streamName));
  return { groupName, streamName };
}

/** The group whose tags are asked for: by its ARN, without `:*`, as AWS has it for tags alone. */
export function taggedGroup({ caller, input, store, authorise }: LogsCall): Group {
  const arn = input.required('resourceArn');
  const address = parseGroupArn(arn);
  if (address === undefined || arn.endsWith(':*')) throw invalid(`${arn} is no ARN of a log group without ":*".`);
  authorise(groupArn(address, address.group));
  if (address.account !== caller.account || address.region !== caller.region)
    throw new LogsError('ResourceNotFoundException', 'The specified log group does not exist.');
  return store.group(caller, address.group);
}
