import { Socket } from "node:net";

import { expect, it } from "vitest";

import { race, type Try } from "./race.ts";
import { listed } from "./tried.ts";

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
