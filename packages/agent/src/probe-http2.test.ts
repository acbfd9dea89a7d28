import { once } from "node:events";
import { readFileSync } from "node:fs";
import {
  createSecureServer,
  type Http2SecureServer,
  type ServerHttp2Stream,
  type IncomingHttpHeaders,
} from "node:http2";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";

import { parseAllowList } from "@netcheck/wire/address";
import { HttpOptions } from "@netcheck/wire/options";
import { afterEach, describe, expect, it } from "vitest";

import { probeHttp } from "./probe-http.ts";

const file = (name: string) =>
  readFileSync(new URL(`../../../test/fixtures/tls/${name}`, import.meta.url), "utf8");

const servers: Http2SecureServer[] = [];
const streams = new Set<ServerHttp2Stream>();

afterEach(() => {
  for (const stream of streams) stream.session?.destroy();
  streams.clear();
  for (const server of servers.splice(0)) server.close();
});

type OnStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

async function serve(onStream: OnStream, options = {}) {
  const cert = { cert: file("trusted.pem"), key: file("trusted.key") };
  const server = createSecureServer({ ...cert, ...options });
  servers.push(server);
  server.on("error", () => undefined);
  server.on("sessionError", () => undefined);
  server.on("stream", (stream, headers) => {
    streams.add(stream);
    stream.on("error", () => undefined);
    onStream(stream, headers);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, port: (server.address() as AddressInfo).port };
}

function probe(port: number, options: object = {}, timeoutMs = 3_000) {
  const parsed = HttpOptions.parse({ protocol: "HTTP2", ...options });
  const signal = AbortSignal.timeout(timeoutMs);
  return probeHttp("localhost", port, parsed, { allow: parseAllowList("127.0.0.1"), signal });
}

describe("[PRB-6] an HTTP/2 check", () => {
  it("is finished with all that the answer says, every phase timed", async () => {
    const { port } = await serve((stream, headers) => {
      stream.respond({
        ":status": 404,
        "content-type": "text/plain",
        "set-cookie": ["a=1", "b=2"],
      });
      const { ":method": method, ":path": path, ":authority": authority, "x-a": own } = headers;
      stream.end(JSON.stringify({ method, path, authority, own, te: headers["te"] }));
    });
    const headers = { "X-A": "b", Connection: "x", TE: "gzip", "HTTP2-Settings": "x" };
    const { result, failure } = await probe(port, { path: "/a", query: "b=c", headers });
    expect(failure).toBeUndefined();
    expect(result).toMatchObject({
      statusCode: 404,
      statusCodeName: "Not Found",
      httpVersion: "2",
      headers: { "content-type": "text/plain", "set-cookie": ["a=1", "b=2"] },
      body: JSON.stringify({
        method: "GET",
        path: "/a?b=c",
        authority: `localhost:${port}`,
        own: "b",
      }),
      timings: {
        tcp: expect.any(Number),
        tls: expect.any(Number),
        firstByte: expect.any(Number),
        download: expect.any(Number),
      },
    });
  });

  it("takes HTTP/1.1 where the target knows no other, and tells", async () => {
    const cert = { cert: file("trusted.pem"), key: file("trusted.key") };
    const server = createServer(cert, (_request, response) => void response.end("old"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { result } = await probe((server.address() as AddressInfo).port);
    server.close();
    expect(result).toMatchObject({ statusCode: 200, httpVersion: "1.1", body: "old" });
  });

  it("follows redirects", async () => {
    const { port } = await serve((stream, { ":path": path }) => {
      if (path === "/") stream.respond({ ":status": 302, location: "/next" }, { endStream: true });
      else {
        stream.respond({ ":status": 200 });
        stream.end("there");
      }
    });
    const { result } = await probe(port);
    expect(result).toMatchObject({ body: "there", redirects: [{ statusCode: 302 }] });
  });

  it("keeps no more of a flood than of any body", async () => {
    const { port } = await serve((stream) => {
      stream.respond({ ":status": 200 });
      const pour = () => {
        while (!stream.destroyed && stream.write(Buffer.alloc(65_536, "x")));
      };
      stream.on("drain", pour);
      pour();
    });
    const { result } = await probe(port);
    expect([String(result["body"]).length, result["truncated"]]).toEqual([10_000, true]);
  });

  it("is not asked for by https", async () => {
    const { server, port } = await serve(() => undefined, { allowHTTP1: true });
    server.on("request", (_request, response) => void response.end("x"));
    const { result } = await probe(port, { protocol: "https" });
    expect(result).toMatchObject({ httpVersion: "1.1" });
  });

  it.each<[string, string, OnStream]>([
    ["timeout", "is silent", () => undefined],
    ["http2_failed", "refuses the stream", (stream) => stream.close(7)],
    ["closed", "hangs up", (stream) => stream.session?.destroy()],
  ])("fails with %s, and keeps its times, where the target %s", async (code, _what, onStream) => {
    const { port } = await serve(onStream);
    const { result, failure } = await probe(port, {}, 1_000);
    expect(failure).toMatchObject({ failureSource: "target", failedPhase: "firstByte" });
    expect(failure?.error.code).toBe(code);
    expect(result).toMatchObject({ timings: { tls: expect.any(Number), firstByte: null } });
  });

  it("is cut short where the body stops", async () => {
    const { port } = await serve((stream) => {
      stream.respond({ ":status": 200 });
      stream.write("half");
    });
    const { result } = await probe(port, {}, 700);
    expect(result).toMatchObject({ body: "half", truncated: true, bodyError: "timeout" });
  });
});
