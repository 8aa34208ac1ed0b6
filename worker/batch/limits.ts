/**
 * The limits of PutLogEvents, once. Nothing else may write them down again.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */

/** A batch in bytes: the UTF-8 bytes of each message, and the overhead of each event. */
export const MAX_BATCH_BYTES = 1_048_576;

/** Events in a batch. */
export const MAX_BATCH_EVENTS = 10_000;

/** Counted for each event on top of its message, in bytes. */
export const EVENT_OVERHEAD_BYTES = 26;

/** "A batch of log events in a single request cannot span more than 24 hours": first and last event lie less than this apart, in ms. */
export const BATCH_SPAN_MS = 24 * 60 * 60 * 1000;
