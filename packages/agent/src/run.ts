import type { AllowList } from "@netcheck/wire/address";

import type { Clock } from "./clock.ts";
import { elapsedMs } from "./dial.ts";
import { failure } from "./failure.ts";
import type { Network } from "./network.ts";
import { probeDns } from "./probe-dns.ts";
import { probeHttp } from "./probe-http.ts";
import { probePing } from "./probe-ping.ts";
import { probeTcp } from "./probe-tcp.ts";
import type { Outcome, ProbeContext } from "./probe.ts";
import type { Request } from "./request.ts";
import { responseOf } from "./response.ts";
import { messageOf } from "./text.ts";

/** What running a check needs; `allow` is read at each check, `stop` ends it early, without an answer worth keeping. */
export type RunContext = {
  allow: AllowList;
  clock: Clock;
  stop: AbortSignal;
  network?: Network;
};

/** Runs one check within its `timeoutMs` and never past its deadline, and words its answer. */
export async function run(request: Request, { clock, stop, ...context }: RunContext) {
  const startedAt = clock.now();
  const begun = performance.now();
  const limitMs = Math.min(request.options.timeoutMs, Date.parse(request.deadlineAt) - startedAt);
  const limit = new AbortController();
  const expire = () => limit.abort();
  const timer = setTimeout(expire, limitMs);
  stop.addEventListener("abort", expire);
  try {
    const outcome = await probe(request, { ...context, signal: limit.signal });
    return responseOf({ id: request.id, startedAt, durationMs: elapsedMs(begun) }, outcome);
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", expire);
  }
}

async function probe(request: Request, context: ProbeContext): Promise<Outcome> {
  try {
    const { target, port } = request;
    switch (request.type) {
      case "http":
        return await probeHttp(target, port, request.options, context);
      case "tcp":
        return await probeTcp(target, request.port, context, request.options.ipVersion);
      case "dns":
        return await probeDns(target, request.port, request.options, context);
      case "ping":
        return await probePing(target, request.options, context);
    }
  } catch (error) {
    // A fault of ours: the platform is told rather than left to wait for the deadline.
    return { failure: failure("agent", "run", "internal", messageOf(error)), result: {} };
  }
}
