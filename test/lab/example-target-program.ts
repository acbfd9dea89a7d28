/** What the examples of failures look at besides: odd answers, every fault of a certificate, alerts of TLS. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import { createServer, type Server } from "node:net";

import { startOddTargets } from "../support/odd-targets.ts";
import { FAULT_PORTS, ODD_PORTS, RAW_TLS } from "./ports.ts";

const file = (name: string) =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), "utf8");

const TRUSTED = { cert: file("trusted.pem"), key: file("trusted.key") };

const answer: RequestListener = (request, response) => {
  response.setHeader("content-type", "text/plain");
  if (request.url === "/moved")
    return void response.writeHead(301, { location: "https://tls.lab/" }).end();
  if (request.url === "/packed") response.setHeader("content-encoding", "gzip");
  if (request.url === "/long") return void response.end("x".repeat(10_001));
  if (request.url !== "/stuck") return void response.end("ok");
  response.setHeader("content-length", 9);
  response.write("ok");
};

async function listen(server: Server, port: number) {
  server.on("error", (error) => process.stderr.write(`${String(error)}\n`));
  server.listen(port, "::");
  await once(server, "listening");
}

function sayOnce(bytes: Buffer) {
  return createServer((socket) => {
    socket.on("error", () => undefined).once("data", () => socket.end(bytes));
  });
}

await startOddTargets({ host: "::", port: ODD_PORTS.answers });
await listen(createHttpServer(answer), ODD_PORTS.pages);
await listen(
  createServer((socket) => {
    socket.on("error", () => undefined).once("data", () => socket.resetAndDestroy());
  }),
  ODD_PORTS.reset,
);
const http2 = createSecureServer(TRUSTED);
http2.on("sessionError", () => undefined);
http2.on("stream", (stream) => stream.on("error", () => undefined).close(2));
await listen(http2, ODD_PORTS.http2);
const ofVisitors = { ...TRUSTED, requestCert: true, rejectUnauthorized: true };
await listen(createHttpsServer(ofVisitors, answer), ODD_PORTS.visitors);
await listen(
  createHttpsServer({ cert: file("expired.pem"), key: file("expired.key") }, answer),
  ODD_PORTS.oldRedirect,
);
for (const { port, bytes } of Object.values(RAW_TLS))
  await listen(sayOnce(Buffer.from(bytes, "hex")), port);
for (const [chain, port] of Object.entries(FAULT_PORTS)) {
  const key = file(chain === "small-leaf" ? "chains/small-leaf.key" : "chains/site.key");
  const options = { cert: file(`chains/${chain}.pem`), key, ciphers: "DEFAULT@SECLEVEL=0" };
  await listen(createHttpsServer(options, answer), port);
}
process.stdout.write("ready\n");
