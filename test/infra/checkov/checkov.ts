/** checkov in a virtual environment of its own, asked for what it finds in synthesized stacks. It reads files only, and no network. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { virtualEnvironment } from '../../witness/setup/python.ts';

export interface Finding {
  readonly check: string;
  readonly name: string;
  /** Of the resource in Terraform, such as `aws_s3_bucket.logs_1A2B`. */
  readonly resource: string;
  readonly file: string;
}

interface Report {
  readonly results: { readonly failed_checks: readonly Record<'check_id' | 'check_name' | 'resource' | 'file_path', string>[] };
  readonly summary: { readonly passed: number; readonly parsing_errors: number };
}

/** @param folder of `<stack>/cdk.tf.json`; changed. @throws Unavailable where checkov cannot be had. @returns what failed, and how many checks passed. */
export async function checkov(folder: string): Promise<{ readonly failed: readonly Finding[]; readonly passed: number }> {
  for (const stack of readdirSync(folder)) leaveOutTerraform(join(folder, stack, 'cdk.tf.json'));
  const python = await virtualEnvironment('checkov', join(import.meta.dirname, 'requirements.txt'));
  const options = [
    '--directory',
    folder,
    '--framework',
    'terraform_json',
    '--output',
    'json',
    '--quiet',
    '--compact',
    '--skip-download',
    '--soft-fail',
  ];
  const { stdout } = await promisify(execFile)(python, ['-m', 'checkov.main', ...options], {
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, LOG_LEVEL: 'ERROR' },
  });
  const { results, summary } = JSON.parse(stdout) as Report;
  if (summary.parsing_errors > 0) throw new Error(`checkov could not read ${summary.parsing_errors} stacks`);
  const failed = results.failed_checks.map((one) => ({
    check: one.check_id,
    name: one.check_name,
    resource: one.resource,
    file: one.file_path,
  }));
  return { failed, passed: summary.passed };
}

/** checkov gives a whole file up at the plain text of `required_version`, and says no more than "parsing errors: 1". */
function leaveOutTerraform(file: string): void {
  const { terraform: _, ...rest } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  writeFileSync(file, JSON.stringify(rest, undefined, 2));
}
