import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";

import { log } from "@netcheck/kernel/log";
import { type RawData, type WebSocket, WebSocketServer } from "ws";

const HIGH_WATER_BYTES = 4 * 2 ** 20;
const DRAIN_MS = 5;

/**
 * Neon's WebSocket edge before one Postgres on this machine. It dials that Postgres and nothing
 * else, whatever address a client asks for.
 */
export async function startNeonProxy({ host, port }: { host: string; port: number }) {
  const server = createServer((_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on("connection", (client) => join(client, host, port));
  sockets.on("error", (error) => log.error("neon proxy", { error }));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the proxy has no port");

  /** Every connection ends without a word, as after a thaw. */
  const cut = () => {
    for (const client of sockets.clients) client.terminate();
  };
  return {
    address: `127.0.0.1:${address.port}`,
    cut,
    async close() {
      cut();
      sockets.close();
      server.close();
      await once(server, "close");
    },
  };
}

function join(client: WebSocket, host: string, port: number) {
  const postgres = connect({ host, port, noDelay: true });
  client.on("message", (data) => {
    if (postgres.write(bytesOf(data))) return;
    client.pause();
    postgres.once("drain", () => client.resume());
  });
  postgres.on("data", (chunk) => {
    client.send(chunk);
    if (client.bufferedAmount > HIGH_WATER_BYTES) waitFor(client, postgres);
  });
  client.on("close", () => postgres.destroy());
  postgres.on("close", () => client.close());
  client.on("error", () => postgres.destroy());
  postgres.on("error", () => client.terminate());
}

/** A WebSocket says only how much it still has to send, not when it is sent. */
function waitFor(client: WebSocket, postgres: ReturnType<typeof connect>) {
  postgres.pause();
  const timer = setInterval(() => {
    if (client.bufferedAmount > HIGH_WATER_BYTES / 4) return;
    clearInterval(timer);
    postgres.resume();
  }, DRAIN_MS);
}

function bytesOf(data: RawData) {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}
