import { once } from "node:events";
import { Socket } from "node:net";

import { expect, it } from "vitest";

import { exchange } from "./exchange.ts";

const request = { method: "GET", url: new URL("http://a.example/"), headers: {} };

it("[PRB-21] a connection that was lost before anything was sent is told at once", async () => {
  const socket = new Socket().destroy();
  await once(socket, "close");
  const answered = await exchange(socket, { ...request, signal: AbortSignal.timeout(2_000) });
  expect(answered).toMatchObject({
    firstByteMs: null,
    firstLine: null,
    failure: { failureSource: "target", failedPhase: "firstByte", error: { code: "reset" } },
  });
});
