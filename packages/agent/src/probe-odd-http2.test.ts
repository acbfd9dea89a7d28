import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo, Server, Socket } from "node:net";
import { createServer, type TLSSocket } from "node:tls";

import { parseAllowList } from "@netcheck/wire/address";
import { HttpOptions } from "@netcheck/wire/options";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

import { ODD_HEADS, startOddHttp2Targets } from "../../../test/support/odd-http2-targets.ts";
import { probeHttp } from "./probe-http.ts";

const file = (name: string) =>
  readFileSync(new URL(`../../../test/fixtures/tls/${name}`, import.meta.url), "utf8");
const CERTIFICATE = { cert: file("trusted.pem"), key: file("trusted.key") };

const servers: Server[] = [];
const sockets = new Set<TLSSocket>();

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server) {
  servers.push(server);
  server.on("secureConnection", (socket: TLSSocket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function look(port: number, path = "/") {
  const context = { allow: parseAllowList("127.0.0.1"), signal: AbortSignal.timeout(4_000) };
  return await probeHttp(
    "localhost",
    port,
    HttpOptions.parse({ protocol: "http2", path }),
    context,
  );
}

describe("[PRB-22] the head of an answer in HTTP/2", () => {
  const named = (isRead: boolean) =>
    Object.entries(ODD_HEADS).filter(([, head]) => head.isRead === isRead);
  let odd: Awaited<ReturnType<typeof startOddHttp2Targets>>;

  beforeAll(async () => {
    odd = await startOddHttp2Targets();
  });
  afterAll(() => odd.stop());

  it.each(named(true))("%s is read", async (name, { headers, value }) => {
    const { result, failure } = await look(odd.port, `/${name}`);
    expect(failure).toBeUndefined();
    expect(result).toMatchObject({ statusCode: 200, body: "ok", endedBy: null });
    const own = Object.entries(result["headers"] as object).filter(([it]) => it.startsWith("a"));
    expect(own).toHaveLength(headers);
    const text = Buffer.from(value, "latin1").toString("utf8");
    expect(own[0]).toEqual(["a0", text.slice(0, 10_000)]);
  });

  it.each(named(false))("%s is the agent's limit", async (name) => {
    const { result, failure } = await look(odd.port, `/${name}`);
    expect(failure).toMatchObject({
      failureSource: "agent",
      failedPhase: "firstByte",
      error: { code: "header_overflow" },
    });
    expect(result).toMatchObject({ endedBy: "head_limit" });
  });
});

/** A frame of a type on a stream (RFC 9113, 4.1). */
function frame(type: number, flags: number, stream: number, payload: readonly number[] = []) {
  const { length } = payload;
  const head = [length >> 16, (length >> 8) & 255, length & 255, type, flags, 0, 0, 0, stream];
  return Buffer.from([...head, ...payload]);
}

const SETTINGS = frame(4, 0, 0);

describe("[PRB-23] what goes wrong in HTTP/2 is told in our words", () => {
  it.each<[string, string, Buffer | null]>([
    ["nothing, and closes", "closed", null],
    ["HTTP/1.1", "http2_failed", Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n")],
    [
      "a page in HTTP/1.1",
      "http2_failed",
      Buffer.from(`HTTP/1.1 200 OK\r\n\r\n${"x".repeat(9_000)}`),
    ],
    ["a frame too large", "http2_failed", Buffer.from([255, 255, 255, 0, 0, 0, 0, 0, 1])],
    ["a head that cannot be unpacked", "http2_failed", frame(1, 4, 1, [255, 255])],
    ["a name in capitals", "http2_failed", frame(1, 4, 1, [0x88, 0, 1, 65, 1, 66])],
    ["a head without a status", "http2_failed", frame(1, 5, 1, [0, 1, 97, 0])],
    ["CANCEL", "http2_failed", frame(3, 0, 1, [0, 0, 0, 8])],
    ["NO_ERROR for the stream", "http2_failed", frame(3, 0, 1, [0, 0, 0, 0])],
    ["ENHANCE_YOUR_CALM", "http2_failed", frame(3, 0, 1, [0, 0, 0, 11])],
    ["an error of its own making", "http2_failed", frame(3, 0, 1, [1, 2, 3, 4])],
    ["GOAWAY", "http2_failed", frame(7, 0, 0, [0, 0, 0, 0, 0, 0, 0, 11])],
  ])("%s: %s", async (_what, code, says) => {
    const server = createServer({ ...CERTIFICATE, ALPNProtocols: ["h2"] }, (socket) => {
      socket.once("data", () => {
        if (!says) return void socket.end();
        if (says[0] !== 72) socket.write(SETTINGS);
        setTimeout(() => socket.write(says), 20);
      });
    });
    const { failure } = await look(await listening(server));
    expect(failure).toMatchObject({ failureSource: "target", failedPhase: "firstByte" });
    expect(failure?.error.code).toBe(code);
    expect(failure?.error.message).toMatch(/^The (?:target|HTTP\/2 stream|HTTP\/2 connection) /);
    expect(failure?.error.message).not.toMatch(/NGHTTP2|Protocol error|Session closed|errno/);
  });

  it.each(["h2", "http/1.1"])(
    "[PRB-21] a reset right after the handshake with %s is a reset, whoever is quicker",
    async (protocol) => {
      for (let i = 0; i < 10; i += 1) {
        const server = createServer({ ...CERTIFICATE, ALPNProtocols: [protocol] });
        let raw: Socket | undefined;
        server.on("connection", (socket) => (raw = socket));
        server.on("secureConnection", () => raw?.resetAndDestroy());
        const { failure } = await look(await listening(server));
        expect(failure).toMatchObject({ failureSource: "target", error: { code: "reset" } });
      }
    },
  );
});
