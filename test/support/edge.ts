import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An HTTP proxy before a service that passes on only so many requests, and answers 503 to the rest. */
export async function edgeBefore(service: string, passes = Number.POSITIVE_INFINITY) {
  const target = new URL(service);
  const state = { left: passes };

  async function pass(request: IncomingMessage, response: ServerResponse) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request.iterator()) chunks.push(chunk as Uint8Array);
    if (state.left <= 0) return response.writeHead(503).end();
    state.left -= 1;
    const { authorization = "", "content-type": contentType = "" } = request.headers;
    const amzTarget = String(request.headers["x-amz-target"] ?? "");
    const answer = await fetch(new URL(request.url ?? "/", target.origin), {
      method: request.method ?? "GET",
      headers: { authorization, "content-type": contentType, "x-amz-target": amzTarget },
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    });
    const body = Buffer.from(await answer.arrayBuffer());
    response.writeHead(answer.status, { "content-length": body.length });
    return response.end(body);
  }

  const server = createServer((request, response) => {
    pass(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(service);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url: url.href,
    /** From now on. */
    allow(count: number) {
      state.left = count;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
