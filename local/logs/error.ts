/** The errors of CloudWatch Logs that this emulator answers, by AWS's own names and words. A defect of the emulator is never one of them. */

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/CommonErrors.html and the errors of each operation. */
export type LogsErrorCode =
  | 'AccessDeniedException'
  | 'InvalidParameterException'
  | 'ResourceAlreadyExistsException'
  | 'ResourceNotFoundException'
  | 'SerializationException'
  | 'UnknownOperationException';

export class LogsError extends Error {
  readonly code: LogsErrorCode;

  constructor(code: LogsErrorCode, message: string) {
    super(message);
    this.name = 'LogsError';
    this.code = code;
  }
}

export function invalid(message: string): LogsError {
  return new LogsError('InvalidParameterException', message);
}

/** @param value as it shall be shown; undefined for a missing member. */
export function violation(value: string | undefined, field: string, constraint: string): LogsError {
  const shown = value === undefined ? 'Value' : `Value '${value}'`;
  return invalid(`1 validation error detected: ${shown} at '${field}' failed to satisfy constraint: ${constraint}`);
}
