/** What AWS and its SDK throw -> one line that says what to do (pure). */
import { CliError } from './error.ts';

/** By the name of the error; the SDK's own among them. */
const ADVICE: Readonly<Record<string, string>> = {
  CredentialsProviderError: 'no AWS credentials: give --profile, or set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  ExpiredTokenException: 'the AWS session has expired: log in again',
  ExpiredToken: 'the AWS session has expired: log in again',
  UnrecognizedClientException: 'AWS does not know these credentials',
  InvalidClientTokenId: 'AWS does not know these credentials',
  AccessDeniedException:
    "AWS denies it; the operators' policy of the queue stack (output operator_policy_arn) allows what this command calls",
  AccessDenied: "AWS denies it; the operators' policy of the queue stack (output operator_policy_arn) allows what this command calls",
  ResourceNotFoundException: 'there is no such table in this account and region; check --table, --region and --profile',
};

const UNREACHABLE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH']);

/** @returns a CliError where the fault is AWS's or the way's to it; undefined for what is a defect of ours. */
export function awsError(thrown: unknown): CliError | undefined {
  if (!(thrown instanceof Error)) return undefined;
  const advice = adviceOn(thrown);
  if (advice === undefined) return undefined;
  const said = thrown.message.replaceAll(/\s+/g, ' ').trim();
  return new CliError(said === '' ? advice : `${advice} (${thrown.name}: ${said})`, { cause: thrown });
}

function adviceOn(error: Error & { code?: unknown; $metadata?: unknown }): string | undefined {
  if (Object.hasOwn(ADVICE, error.name)) return ADVICE[error.name];
  if (/^Region (is missing|not accepted)/.test(error.message)) return 'which AWS region? Give --region, or set AWS_REGION';
  if (typeof error.code === 'string' && UNREACHABLE.has(error.code)) return 'AWS cannot be reached; check --endpoint-url and --region';
  if (error.code === 'ERR_INVALID_URL') return 'the endpoint is no URL; check AWS_ENDPOINT_URL and the profile';
  if (error.name === 'TimeoutError') return 'AWS does not answer; check --endpoint-url and --region';
  return error.$metadata === undefined ? undefined : 'AWS refuses the call';
}
