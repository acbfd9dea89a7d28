import { diceOf, pick } from "./place.ts";

const request = (changes: object) =>
  JSON.stringify({
    v: 1,
    id: crypto.randomUUID(),
    type: "tcp",
    target: "127.0.0.1",
    port: 1,
    options: {},
    deadlineAt: new Date(Date.now() + 60_000).toISOString(),
    ...changes,
  });

/** What no platform of ours sends: refused, or answered as unsupported, and of no matter to others. */
export function garbageOf(seed: number, number: number) {
  const roll = diceOf(seed, number, "garbage");
  return pick(roll, [
    "",
    "null",
    "\0\xff",
    "[".repeat(100_000),
    request({ v: 2 }),
    request({ kind: "later" }),
    request({ type: "udp" }),
    request({ port: 0 }),
    request({ id: "1" }),
    request({ options: { timeoutMs: 1e9 } }),
    request({ options: null }),
    request({ deadlineAt: "2020-01-01T00:00:00Z" }),
    request({ target: "x".repeat(500_000) }),
    request({ target: { toString: 1 } }),
  ]);
}
