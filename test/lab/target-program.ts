/** What the lab's checks look at: web servers with every certificate, a mute port and a scripted resolver. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createSecureServer } from "node:http2";
import { createServer as createHttpsServer } from "node:https";
import { createServer as createTcpServer, type Server } from "node:net";

import { startDnsServer } from "../support/dns-server.ts";
import { CERTIFICATE_PORTS, CHAIN_PORTS, HTTP2_PORT, MUTE_PORT } from "./ports.ts";
import { createScript } from "./zone.ts";

const file = (name: string) =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), "utf8");

const PLACES: Record<string, string> = {
  "/moved": "/there",
  "/inside": "http://10.98.9.9/",
  "/inside-name": "http://inside.lab/",
  "/inside-mapped": "http://[::ffff:10.98.9.9]/",
  "/inside-user": "http://10.98.2.2@10.98.9.9/",
  "/inside-decimal": "http://174196997/",
  "/file": "file:///etc/passwd",
};

const answer: RequestListener = (request, response) => {
  const location = PLACES[request.url ?? ""];
  if (location) return void response.writeHead(302, { location }).end();
  const code = Number(/^\/status\/(\d{3})$/.exec(request.url ?? "")?.[1] ?? 200);
  response.writeHead(code).end(`${request.method} ${request.url}`);
};

async function listen(server: Server, port: number) {
  server.on("error", (error) => process.stderr.write(`${String(error)}\n`));
  server.listen(port, "::");
  await once(server, "listening");
}

await listen(createServer(answer), 80);
for (const [name, port] of Object.entries(CERTIFICATE_PORTS))
  await listen(
    createHttpsServer({ cert: file(`${name}.pem`), key: file(`${name}.key`) }, answer),
    port,
  );
for (const [name, port] of Object.entries(CHAIN_PORTS)) {
  const cert = file(`chains/${name}.pem`);
  await listen(createHttpsServer({ cert, key: file("chains/site.key") }, answer), port);
}
const http2 = createSecureServer({ cert: file("trusted.pem"), key: file("trusted.key") });
http2.on("stream", (stream) => {
  stream.respond({ ":status": 200 });
  stream.end("two");
});
await listen(http2, HTTP2_PORT);
await listen(
  createTcpServer((socket) => void socket.on("error", () => undefined)),
  MUTE_PORT,
);
await startDnsServer(createScript(), { host: "10.98.2.53", port: 53 });
await startDnsServer(createScript(), { host: "fd98:2::2", port: 53 });
process.stdout.write("ready\n");
