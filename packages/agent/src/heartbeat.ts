import { loadavg } from "node:os";

import { WIRE_VERSION, type Heartbeat } from "@netcheck/wire/message";

import type { Clock } from "./clock.ts";
import type { Link } from "./link.ts";
import { log } from "./log.ts";
import { messageOf } from "./text.ts";
import type { Timekeeper } from "./timekeeper.ts";
import { VERSION } from "./version.ts";

/** A timer takes no more than 2^31 ms; more than this would be no heartbeat anyway. */
const MAX_INTERVAL_SECONDS = 3_600;

/** Beats go the way of answers: where one is not confirmed for so long, nothing is. */
const CONFIRM_TIMEOUT_MS = 60_000;

export type Pulse = {
  intervalSeconds: number;
  capabilities: readonly string[];
  running: () => number;
  clock: Clock;
  keepTime: Timekeeper;
};

/**
 * Beats at once and then every interval until the link ends, and looks at the clock as often. A beat is
 * skipped while one is unconfirmed.
 */
export function startHeartbeat(
  link: Pick<Link, "publish" | "ended" | "fail">,
  { intervalSeconds, keepTime, ...state }: Pulse,
) {
  let confirmed = true;
  let sentAt = 0;
  const beat = () => {
    void keepTime();
    if (!confirmed) {
      if (performance.now() - sentAt > CONFIRM_TIMEOUT_MS) link.fail("the broker confirms nothing");
      return;
    }
    confirmed = false;
    sentAt = performance.now();
    link.publish("heartbeat", encodeHeartbeat(state)).then(
      () => (confirmed = true),
      (error: unknown) => {
        confirmed = true;
        log.warn("a heartbeat was not taken", { reason: messageOf(error) });
      },
    );
  };
  const timer = setInterval(beat, Math.min(intervalSeconds, MAX_INTERVAL_SECONDS) * 1_000);
  void link.ended.then(() => clearInterval(timer));
  beat();
}

function encodeHeartbeat({
  running,
  capabilities,
  clock,
}: Omit<Pulse, "intervalSeconds" | "keepTime">) {
  const jumpedAt = clock.jumpedAt();
  const heartbeat: Heartbeat = {
    v: WIRE_VERSION,
    // This host's own clock, uncorrected.
    at: new Date().toISOString(),
    version: VERSION,
    load: loadavg()[0] ?? 0,
    running: running(),
    capabilities: [...capabilities],
    clockOffsetMs: clock.aheadMs(),
    ...(jumpedAt !== undefined && { clockJumpedAt: new Date(jumpedAt).toISOString() }),
  };
  return Buffer.from(JSON.stringify(heartbeat));
}
