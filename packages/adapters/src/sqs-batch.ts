/** Entries and bytes (the sum of all bodies) that one SendMessageBatch takes: AWS, SQS quotas. */
export const BATCH_ENTRIES = 10;
export const BATCH_BYTES = 1024 * 1024;

/** Cuts a list into batches in order; throws a RangeError for a body that is too large alone. */
export function* batches<T extends { body: string }>(messages: readonly T[]) {
  let batch: T[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.body);
    if (size > BATCH_BYTES) throw new RangeError(`SQS takes ${BATCH_BYTES} bytes, not ${size}.`);
    if (batch.length === BATCH_ENTRIES || bytes + size > BATCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/**
 * The same JSON without the characters that SQS refuses, which can only stand in its strings:
 * U+FFFE, U+FFFF and, for a stand-in that knows no better, everything beyond the 16-bit plane.
 */
export function sqsSafe(json: string) {
  return json.replace(
    /[\ud800-\udfff\ufffe\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16)}`,
  );
}
