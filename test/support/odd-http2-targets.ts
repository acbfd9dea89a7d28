import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createSecureServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";

const file = (name: string) => readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url));

/** Heads of HTTP/2 that are read, and of those that are not, by their path. */
export type OddHead = { headers: number; value: string; interim?: number; isRead: boolean };

export const ODD_HEADS: Readonly<Record<string, OddHead>> = {
  "many-headers": { headers: 3_000, value: "b", isRead: true },
  "long-headers": { headers: 16, value: "x".repeat(8_000), isRead: true },
  "a-long-header": { headers: 1, value: "x".repeat(60_000), isRead: true },
  "interim-flood": { headers: 1, value: "b", interim: 1_000, isRead: true },
  "bytes-above-ascii": { headers: 1, value: "\xc3\xbc", isRead: true },
  "a-header-too-long": { headers: 1, value: "x".repeat(90_000), isRead: false },
  "too-long-together": { headers: 100, value: "x".repeat(10_000), isRead: false },
  "too-long-unpacked": { headers: 5_000, value: "x".repeat(1_000), isRead: false },
  "too-many-headers": { headers: 30_000, value: "b", isRead: false },
};

function answer(stream: ServerHttp2Stream, { headers, value, interim = 0 }: OddHead) {
  for (let i = 0; i < interim; i += 1) stream.additionalHeaders({ ":status": 103, a: "b" });
  const entries = Array.from({ length: headers }, (_, i) => [`a${i}`, value] as const);
  stream.respond({ ":status": 200, ...Object.fromEntries(entries) });
  stream.end("ok");
}

/** Serves them all, with a certificate that nobody trusts, on a port of this host. */
export async function startOddHttp2Targets(host = "127.0.0.1") {
  const server = createSecureServer({
    cert: file("trusted.pem"),
    key: file("trusted.key"),
    maxSendHeaderBlockLength: 10_000_000,
  });
  server.on("sessionError", () => undefined);
  server.on("stream", (stream, { ":path": path }) => {
    stream.on("error", () => undefined);
    const head = ODD_HEADS[path?.slice(1) ?? ""];
    if (head) answer(stream, head);
  });
  server.listen(0, host);
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, stop: () => void server.close() };
}
