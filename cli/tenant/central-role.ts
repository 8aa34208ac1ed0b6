/** `--central-role-arn`: the role by which customers are delivered to, and which theirs trust. */
import { Option } from 'commander';
import { CloudWatchRow } from '../../worker/locate/tenant-row.ts';
import { UsageError } from '../error.ts';

export function centralRoleOption(description: string): Option {
  return new Option('--central-role-arn <arn>', description).env('CENTRAL_LOG_DISTRIBUTION_ROLE_ARN');
}

/** @throws UsageError when none is given, or what is no role's ARN. */
export function centralRoleOf(given: string | undefined): string {
  if (!given) throw new UsageError('which central role? Give --central-role-arn, or set CENTRAL_LOG_DISTRIBUTION_ROLE_ARN');
  if (!CloudWatchRow.shape.log_distribution_role_arn.safeParse(given).success)
    throw new UsageError(`--central-role-arn is ${JSON.stringify(given)}; expected arn:aws:iam::<account>:role/<name>`);
  return given;
}
