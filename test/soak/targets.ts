import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";

import { startDnsServer } from "../support/dns-server.ts";
import { tlsFile } from "../support/handshake.ts";
import { startOddHttp2Targets } from "../support/odd-http2-targets.ts";
import { ODD_TARGETS, pathOf, sayOddly } from "../support/odd-targets.ts";
import { end } from "../support/way.ts";
import { ENDINGS } from "./ending.ts";
import { diceOf, numberAt, pick } from "./place.ts";
import { script } from "./zone.ts";

const CERTIFICATES = [
  ["trusted.pem", "trusted.key"],
  ["expired.pem", "expired.key"],
  ["other-name.pem", "other-name.key"],
  ["self-signed.pem", "self-signed.key"],
  ["chains/expired-intermediate.pem", "chains/site.key"],
  ["chains/long.pem", "chains/site.key"],
  ["chains/no-authority.pem", "chains/site.key"],
] as const;

/** All addresses of loopback; nobody else is let in. */
const EVERYWHERE = "0.0.0.0";

export type Ports = {
  odd: number;
  odds: readonly [number, ...number[]];
  http2: number;
  resolver: number;
  hole: number;
  closed: number;
};

/** Every target of the soak, on this host alone. */
export async function openTargets() {
  await using stack = new AsyncDisposableStack();
  const open = async (server: Server) => {
    const sockets = new Set<Socket>();
    server.on("connection", (socket: Socket) => {
      socket.on("error", () => undefined);
      if (!socket.localAddress?.startsWith("127.")) socket.destroy();
      sockets.add(socket.once("close", () => sockets.delete(socket)));
    });
    await once(server.listen(0, EVERYWHERE), "listening");
    stack.defer(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return (server.address() as AddressInfo).port;
  };

  const odd = await open(
    createServer((socket) => void socket.once("data", (it) => answer(socket, it))),
  );
  const encrypted = CERTIFICATES.map(async ([cert, key]) => {
    const server = createTlsServer({ cert: tlsFile(cert), key: tlsFile(key) }, (socket) => {
      socket.on("error", () => undefined).once("data", (it: Buffer) => answer(socket, it));
    });
    return await open(server.on("tlsClientError", () => undefined));
  });
  const http2 = await startOddHttp2Targets(EVERYWHERE);
  stack.defer(http2.stop);
  const resolver = await startDnsServer(script, { host: EVERYWHERE });
  stack.defer(() => resolver.close());
  const hole = await openHole();
  stack.defer(() => end(hole.child, "SIGKILL"));
  const closed = createServer();
  await once(closed.listen(0, EVERYWHERE), "listening");
  const shut = (closed.address() as AddressInfo).port;
  closed.close();
  const ports: Ports = {
    odd,
    odds: [odd, ...(await Promise.all(encrypted))],
    http2: http2.port,
    resolver: resolver.port,
    hole: hole.port,
    closed: shut,
  };
  const owned = stack.move();
  return { ports, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** As its path says: an odd head, an odd end, or a redirect to what stands behind `to=`. */
function answer(socket: Socket, request: Buffer) {
  const path = pathOf(request);
  if (request[0] === 0x16) return shakeHands(socket);
  const to = /^redirect\?to=(.*)$/.exec(path)?.[1];
  if (to !== undefined) {
    const location = decodeURIComponent(to);
    return void socket.end(`HTTP/1.1 302 Found\r\nLocation: ${location}\r\n\r\n`, "latin1");
  }
  if (path in ODD_TARGETS) return sayOddly(socket, path);
  const found = Object.entries(ENDINGS).find(([name]) => name === path)?.[1];
  if (found) return found(socket);
  socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
}

/** Answers to a handshake of TLS that are none, chosen by the place that was dialled. */
function shakeHands(socket: Socket) {
  const roll = diceOf(0, numberAt(socket.localAddress ?? "") ?? 0, "tls");
  const alert = Buffer.of(0x15, 3, 3, 0, 2, 2, roll(256));
  const noise = Buffer.from(Array.from({ length: 1 + roll(200) }, () => roll(256)));
  const record = Buffer.concat([Buffer.of(0x16, 3, 3, 0, noise.length), noise]);
  const says = pick(roll, [alert, noise, record, Buffer.alloc(0)]);
  socket.write(says);
  const ends = pick(roll, ["closes", "resets", "stays"] as const);
  if (ends === "closes") socket.end();
  if (ends === "resets") socket.resetAndDestroy();
}

const HOLE = `require("node:net").createServer().listen({ host: "${EVERYWHERE}", port: 0, backlog: 1 }, function () {
  const { ppid } = process;
  const asleep = new Int32Array(new SharedArrayBuffer(4));
  process.send(this.address().port, () => { while (process.ppid === ppid) Atomics.wait(asleep, 0, 0, 500); });
});`;

/** Takes nothing: with its backlog full the kernel drops what further comes (listen(2)). */
async function openHole(): Promise<{ port: number; child: ChildProcess }> {
  const child = spawn(process.execPath, ["-e", HOLE], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [port] = (await once(child, "message")) as [number];
  for (let i = 0; i < 4; i += 1) fill(port);
  return { port, child };
}

function fill(port: number) {
  const socket: Socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined).unref();
}
