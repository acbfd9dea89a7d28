import { once } from "node:events";
import { createServer } from "node:http";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { ask } from "./canary.ts";

const patience = { attempts: 3, limitMs: 1_000, pauseMs: 1 };
let stack: AsyncDisposableStack;

beforeEach(() => void (stack = new AsyncDisposableStack()));
afterEach(() => stack.disposeAsync());

/** Answers in turn; what it is silent to it keeps open. */
async function platform(...answers: (number | "silence")[]) {
  let asked = 0;
  const server = createServer((_request, response) => {
    const answer = answers[asked++];
    if (typeof answer === "number") response.writeHead(answer).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stack.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return { url: `http://127.0.0.1:${port}/ready`, times: () => asked };
}

describe("a canary", () => {
  it("[KRN-50] is content when one of three attempts is answered 200", async () => {
    const asked = await platform(503, "silence", 200);
    await ask(asked.url, { ...patience, limitMs: 200 });
    expect(asked.times()).toBe(3);
  });

  it("[KRN-50] says what it met when none is", async () => {
    const asked = await platform(200, 503, 503, 404);
    await ask(asked.url, patience);
    await expect(ask(asked.url, patience)).rejects.toThrow("answered 404");
    expect(asked.times()).toBe(4);
  });

  it("[KRN-50] does not wait for who is silent", async () => {
    const asked = await platform("silence", "silence", "silence");
    await expect(ask(asked.url, { ...patience, limitMs: 50 })).rejects.toThrow("timeout");
  });
});
