import { MAX_MESSAGE_BYTES, WIRE_VERSION, type CheckResponse } from "@netcheck/wire/message";

import type { Outcome } from "./probe.ts";
import { SPARE } from "./spare.ts";

type Timing = { id: string; startedAt: number; durationMs: number };

/** The message that answers a check; `startedAt` is epoch milliseconds of the platform's clock. */
export function responseOf({ id, startedAt, durationMs }: Timing, outcome: Outcome): CheckResponse {
  const common = {
    v: WIRE_VERSION,
    id,
    startedAt: new Date(startedAt).toISOString(),
    durationMs,
    result: outcome.result,
  } as const;
  if (!outcome.failure) return { ...common, status: "finished" };
  return { ...common, status: "failed", ...outcome.failure };
}

/** The message as bytes, with parts of its result left out until it fits `MAX_MESSAGE_BYTES`. */
export function encodeResponse(response: CheckResponse, maxBytes = MAX_MESSAGE_BYTES) {
  const whole = Buffer.from(JSON.stringify(response));
  if (whole.length <= maxBytes) return whole;
  let { result } = response;
  for (const spare of SPARE) {
    result = { ...spare(result), truncated: true };
    const bytes = Buffer.from(JSON.stringify({ ...response, result }));
    if (bytes.length <= maxBytes) return bytes;
  }
  return Buffer.from(JSON.stringify({ ...response, result: { truncated: true } }));
}
