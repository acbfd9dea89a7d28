import { randomInt } from "node:crypto";

import { parseAllowList } from "@netcheck/wire/address";
import { CheckResponse, CheckType } from "@netcheck/wire/message";
import { expect, it, vi } from "vitest";

import { dice, oddNetwork } from "../../../test/support/odd-network.ts";
import { createClock } from "./clock.ts";
import { readRequest } from "./request.ts";
import { encodeResponse } from "./response.ts";
import { run } from "./run.ts";

const ROUNDS = 1_500;
const TIMEOUT_MS = 150;
/** What `run` may add before it answers for a check that does not end, and what a busy machine may. */
const GRACE_MS = 15_000;

const seed = Number(process.env["NETCHECK_TEST_SEED"] ?? randomInt(2 ** 31));

const allow = parseAllowList("127.0.0.0/8,::1");
const clock = createClock();
const stop = new AbortController().signal;

function request(roll: (below: number) => number) {
  const type = CheckType.options[roll(CheckType.options.length)] ?? "tcp";
  const protocol = { http: ["http", "https", "http2"], dns: ["UDP", "TCP"] }[String(type)];
  const options = {
    timeoutMs: TIMEOUT_MS,
    ...(protocol && { protocol: protocol[roll(protocol.length)] }),
    ...(type === "dns" && roll(2) === 0 && { resolver: "there.test" }),
    ...(type === "ping" && { packets: 1, timeoutMs: 1_000 }),
  };
  const content = JSON.stringify({
    v: 1,
    id: crypto.randomUUID(),
    type,
    target: ["there.test", "127.0.0.1", "::1"][roll(3)],
    port: 8_080,
    options,
    deadlineAt: new Date(Date.now() + TIMEOUT_MS * (1 + roll(20))).toISOString(),
  });
  const read = readRequest(Buffer.from(content));
  if ("refusal" in read) throw new Error(`${read.refusal}: ${content}`);
  return read.request;
}

it(`[PRB-93] whatever a network does at any call, every check ends in its time with an outcome that fits (seed ${seed})`, async () => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  const checks = Array.from({ length: ROUNDS }, async (_, round) => {
    const roll = dice(seed + round);
    const asked = request(roll);
    const begun = performance.now();
    const response = await run(asked, { allow, clock, stop, network: oddNetwork(roll) });
    const ms = performance.now() - begun;
    const sent = CheckResponse.safeParse(JSON.parse(encodeResponse(response).toString()));
    const fits = sent.success && ms < asked.options.timeoutMs + GRACE_MS;
    return fits ? [] : [{ round, type: asked.type, ms, sent: sent.error?.message ?? sent.data }];
  });
  const unfit = (await Promise.all(checks)).flat();
  vi.restoreAllMocks();
  expect(unfit).toEqual([]);
});
