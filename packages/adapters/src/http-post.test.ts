import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

import { describe, expect, it } from "vitest";

import { httpPost } from "./http-post.ts";

async function listening(answer: RequestListener) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  let connections = 0;
  server.on("connection", () => (connections += 1));
  await once(server, "listening");
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const call = { headers: { "x-one": "1" }, body: "é", limitMs: 2_000 };

describe("a POST to one origin", () => {
  it("says what it was told, and hears status, headers and body", async () => {
    await using server = await listening((request, response) => {
      response.writeHead(418, { "x-two": "2" });
      request.pipe(response);
    });
    const answer = await httpPost(server.origin)({ ...call, path: "/deep" });
    expect(answer).toMatchObject({ status: 418, headers: { "x-two": "2" }, body: "é" });
  });

  it("keeps its connection, but none that is older than four seconds of anybody's clock", async () => {
    await using server = await listening((_request, response) => response.end("ok"));
    let nowMs = 0;
    const post = httpPost(server.origin, () => nowMs);
    await post(call);
    nowMs += 3_000;
    await post(call);
    expect(server.connections()).toBe(1);
    nowMs += 5_000;
    await post(call);
    expect(server.connections()).toBe(2);
  });

  it.each([
    ["a server that never answers", () => undefined],
    ["an answer that never ends", (_request, response) => void response.write("begun")],
  ] satisfies [string, RequestListener][])("gives up on %s", async (_what, answer) => {
    await using server = await listening(answer);
    await expect(httpPost(server.origin)({ ...call, limitMs: 50 })).rejects.toThrow();
  });

  it("fails when nobody is there", async () => {
    const server = await listening(() => undefined);
    await server[Symbol.asyncDispose]();
    await expect(httpPost(server.origin)(call)).rejects.toThrow("ECONNREFUSED");
  });
});
