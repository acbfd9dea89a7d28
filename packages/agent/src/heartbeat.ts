import { loadavg } from "node:os";

import { WIRE_VERSION, type Heartbeat } from "@netcheck/wire/message";

import type { Link } from "./link.ts";
import { log } from "./log.ts";
import { messageOf } from "./text.ts";
import { CAPABILITIES, VERSION } from "./version.ts";

export type Pulse = { intervalSeconds: number; running: () => number };

/** Beats at once and then every interval until the link ends. A beat is skipped while one is unconfirmed. */
export function startHeartbeat(link: Link, { intervalSeconds, running }: Pulse) {
  let confirmed = true;
  const beat = () => {
    if (!confirmed) return;
    confirmed = false;
    link.publish("heartbeat", encodeHeartbeat(running())).then(
      () => (confirmed = true),
      (error: unknown) => {
        confirmed = true;
        log.warn("a heartbeat was not taken", { reason: messageOf(error) });
      },
    );
  };
  const timer = setInterval(beat, intervalSeconds * 1_000);
  void link.ended.then(() => clearInterval(timer));
  beat();
}

function encodeHeartbeat(running: number) {
  const heartbeat: Heartbeat = {
    v: WIRE_VERSION,
    // This host's own clock, uncorrected: the platform shows how far it is off.
    at: new Date().toISOString(),
    version: VERSION,
    load: loadavg()[0] ?? 0,
    running,
    capabilities: CAPABILITIES,
  };
  return Buffer.from(JSON.stringify(heartbeat));
}
