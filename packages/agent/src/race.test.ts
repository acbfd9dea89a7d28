import { Socket } from "node:net";

import fc from "fast-check";
import { expect, it } from "vitest";

import { allFailed, silent, unconnected } from "./connect-failure.ts";
import { race, type Try } from "./race.ts";
import { listed, type Tried } from "./tried.ts";
import { pause } from "./wait.ts";

it("[PRB-75] of two connections in the same moment one counts, and the other is destroyed", async () => {
  const sockets: Socket[] = [];
  const { promise: both, resolve: connectBoth } = Promise.withResolvers<void>();
  const tries = listed(["192.0.2.1", "192.0.2.2"], []);
  const raced = await race(
    tries,
    async (tried): Promise<Try> => {
      if (tried === tries[1]) connectBoth();
      await both;
      const socket = new Socket();
      sockets.push(socket);
      return {
        tried: Object.assign(tried, { outcome: "connected", ms: 1 }),
        connected: { socket },
      };
    },
    AbortSignal.timeout(2_000),
  );
  expect(raced).toMatchObject({ tried: { address: "192.0.2.1" } });
  expect(tries.map(({ outcome }) => outcome)).toEqual(["connected", "abandoned"]);
  expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, true]);
});

/** How the try of an address goes, and after how many milliseconds. */
const fate = fc.record({
  code: fc.constantFrom(
    "",
    "ECONNREFUSED",
    "ECONNRESET",
    "EHOSTUNREACH",
    "EMFILE",
    "E_NOBODY",
    "hole",
  ),
  ms: fc.integer({ min: 0, max: 12 }),
});

it("[PRB-75] [PRB-76] however the addresses fare, at most one connection is left and the blame fits", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fate, { maxLength: 6 }), async (fates) => {
      const sockets: Socket[] = [];
      const tries = listed(
        fates.map((_, i) => `192.0.2.${i}`),
        [],
      );
      const given = AbortSignal.timeout(40);
      const run = async (tried: Tried, signal: AbortSignal): Promise<Try> => {
        const { code, ms } = fates[tries.indexOf(tried)] ?? { code: "hole", ms: 0 };
        await pause(code === "hole" ? 10_000 : ms, signal);
        if (code === "" && !signal.aborted) {
          const socket = new Socket();
          sockets.push(socket);
          return { tried: Object.assign(tried, { outcome: "connected" }), connected: { socket } };
        }
        const connected = signal.aborted ? silent("x") : unconnected("x", code, false);
        return { tried: Object.assign(tried, { outcome: connected.outcome }), connected };
      };
      const raced = await race(tries, run, given);
      const left = sockets.filter(({ destroyed }) => !destroyed);
      const outcomes = tries.map(({ outcome }) => outcome);
      expect(left).toHaveLength(outcomes.filter((it) => it === "connected").length);
      expect(left.length).toBe("connected" in raced && "socket" in raced.connected ? 1 : 0);
      if (!("failed" in raced)) return;
      expect(outcomes).not.toContain("abandoned");
      const { failureSource } = allFailed("x.example", raced.failed);
      expect(failureSource === "target").toBe(outcomes.includes("refused"));
    }),
    { numRuns: 150 },
  );
});
