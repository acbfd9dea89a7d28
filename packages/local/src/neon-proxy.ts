import { once } from "node:events";
import { createServer } from "node:http";
import type { Socket } from "node:net";

import { log } from "@netcheck/kernel/log";
import pg from "pg";
import { type RawData, type WebSocket, WebSocketServer } from "ws";

import { hasStarted, PASSWORD_PLEASE, readSignIn, refusal, signInTo } from "./neon-sign-in.ts";

const { DatabaseError } = pg;
const HIGH_WATER_BYTES = 4 * 2 ** 20;
const DRAIN_MS = 5;

/**
 * Neon's WebSocket edge before one Postgres on this machine. It dials that Postgres and nothing
 * else, whatever address a client asks for.
 */
export async function startNeonProxy(place: { host: string; port: number }) {
  const server = createServer((_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({ server, perMessageDeflate: false });
  sockets.on("connection", (client) => join(client, place));
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

function join(client: WebSocket, place: { host: string; port: number }) {
  let heard = Buffer.alloc(0);
  let isAsked = false;
  let take = (bytes: Buffer) => {
    heard = Buffer.concat([heard, bytes]);
    if (!isAsked && hasStarted(heard)) client.send(PASSWORD_PLEASE);
    isAsked ||= hasStarted(heard);
    const signIn = readSignIn(heard);
    if (!signIn) return;
    take = (more) => {
      heard = Buffer.concat([heard, more]);
    };
    signInTo(place, signIn).then(
      ({ socket, greeting }) => {
        client.send(greeting);
        take = forward(client, socket);
        take(heard.subarray(signIn.byteLength));
      },
      (error: unknown) => refuse(client, error),
    );
  };
  client.on("message", (data) => take(bytesOf(data)));
  client.on("error", () => client.terminate());
}

/** What Postgres itself refuses is passed on; where there is no Postgres, there is no edge either. */
function refuse(client: WebSocket, error: unknown) {
  if (!(error instanceof DatabaseError)) return client.terminate();
  client.send(refusal(error));
  client.close();
}

function forward(client: WebSocket, postgres: Socket) {
  postgres.on("data", (chunk) => {
    client.send(chunk);
    if (client.bufferedAmount > HIGH_WATER_BYTES) waitFor(client, postgres);
  });
  postgres.on("drain", () => client.resume());
  client.on("close", () => postgres.destroy());
  postgres.on("close", () => client.close());
  postgres.on("error", () => client.terminate());
  if (client.readyState !== client.OPEN) postgres.destroy();
  return (bytes: Buffer) => {
    if (!postgres.write(bytes)) client.pause();
  };
}

/** A WebSocket says only how much it still has to send, not when it is sent. */
function waitFor(client: WebSocket, postgres: Socket) {
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
