import { createServer, type RequestListener } from "node:http";
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from "node:net";

import { parseAllowList } from "@netcheck/wire/address";
import { HttpOptions } from "@netcheck/wire/options";
import { afterEach, describe, expect, it } from "vitest";

import { probeHttp } from "./probe-http.ts";

const LOOPBACK = parseAllowList("127.0.0.1");
const servers: Server[] = [];
const sockets = new Set<Socket>();

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server) {
  servers.push(server);
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const serve = (listener: RequestListener) => listening(createServer(listener));
const speak = (onRequest: (socket: Socket) => void) =>
  listening(createTcpServer((socket) => socket.once("data", () => onRequest(socket))));

function probe(port: number, options: object = {}, timeoutMs = 2_000, allow = LOOPBACK) {
  const signal = AbortSignal.timeout(timeoutMs);
  return probeHttp("127.0.0.1", port, HttpOptions.parse(options), { allow, signal });
}

describe("[PRB-10] NC-B-26 an http check is finished as soon as a status line arrived", () => {
  it("with all that the answer says", async () => {
    const port = await serve((request, response) => {
      response.writeHead(503, { "content-type": "text/plain", "set-cookie": ["a=1", "b=2"] });
      response.end(`${request.method} ${request.url} ${String(request.headers["x-a"])}`);
    });
    const options = { path: "/a//b/%2e", query: "c=d%20e", headers: { "X-A": "ü" } };
    const { result, failure } = await probe(port, options);
    expect(failure).toBeUndefined();
    expect(result).toMatchObject({
      statusCode: 503,
      redirects: [],
      finalUrl: `http://127.0.0.1:${port}/a//b/?c=d%20e`,
      headers: { "content-type": "text/plain", "set-cookie": ["a=1", "b=2"] },
      body: "GET /a//b/?c=d%20e ü",
      truncated: false,
      bodyError: null,
      resolvedAddress: "127.0.0.1",
      tls: null,
    });
  });

  it.each([200, 301, 404, 500])("and %i is told apart from the others", async (statusCode) => {
    const port = await serve((_request, response) => response.writeHead(statusCode).end());
    const { result, failure } = await probe(port);
    expect([failure, result["statusCode"]]).toEqual([undefined, statusCode]);
  });

  it("and times every phase in fractions of milliseconds that add up", async () => {
    const port = await serve((_request, response) => {
      setTimeout(() => {
        response.flushHeaders();
        setTimeout(() => response.end("x"), 30);
      }, 30);
    });
    const { result } = await probe(port);
    const timings = result["timings"] as Record<string, number>;
    expect(timings).toMatchObject({ dns: null, tls: null });
    const { tcp = 0, firstByte = 0, download = 0, total = 0 } = timings;
    expect(tcp).toBeGreaterThan(0);
    expect(firstByte).toBeGreaterThan(25);
    expect(download).toBeGreaterThan(0);
    expect(total).toBeGreaterThanOrEqual(tcp + firstByte + download - 0.01);
    expect(total).toBeLessThan(tcp + firstByte + download + 500);
  });

  it("although the body floods: reading stops", async () => {
    const port = await serve((_request, response) => {
      response.on("error", () => undefined);
      const pour = () => {
        while (response.write(Buffer.alloc(65_536, "x")));
      };
      response.on("drain", pour);
      pour();
    });
    const { result } = await probe(port);
    expect(result).toMatchObject({ statusCode: 200, body: "x".repeat(10_000), truncated: true });
  });

  it("although the body drips: what came within the time is kept", async () => {
    const port = await serve((_request, response) => {
      response.write("drip");
    });
    const { result, failure } = await probe(port, {}, 100);
    expect(failure).toBeUndefined();
    expect(result).toMatchObject({ body: "drip", truncated: true, bodyError: "timeout" });
    expect(result).toMatchObject({ timings: { download: null } });
  });

  it("although the connection is reset in the middle of the body", async () => {
    const port = await speak((socket) => {
      const head = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345";
      socket.write(head, () => setTimeout(() => socket.resetAndDestroy(), 20));
    });
    const { result, failure } = await probe(port);
    expect(failure).toBeUndefined();
    expect(result).toMatchObject({ body: "12345", truncated: true, bodyError: "reset" });
  });

  it("although the status is one that has no body, or that nobody knows", async () => {
    for (const status of ["101 Switching", "204 No Content", "304 Not Modified", "799 Odd"]) {
      const text = `HTTP/1.1 ${status}\r\nConnection: close, Upgrade\r\nUpgrade: x\r\nA: \xff\r\n\r\n`;
      const port = await speak((socket) => socket.end(text, "latin1"));
      const { result } = await probe(port);
      expect(result).toMatchObject({ statusCode: Number.parseInt(status), headers: { a: "ÿ" } });
    }
  });

  it("after interim answers", async () => {
    const port = await speak((socket) =>
      socket.end("HTTP/1.1 103 Early Hints\r\nA: 1\r\n\r\nHTTP/1.1 200 OK\r\n\r\nyes"),
    );
    expect((await probe(port)).result).toMatchObject({ statusCode: 200, body: "yes" });
  });
});

describe("[PRB-10] NC-B-26 redirects", () => {
  const hops: RequestListener = ({ url = "" }, response) => {
    const left = Number(url.slice(1));
    response.writeHead(left ? 302 : 200, left ? { location: `/${left - 1}` } : {});
    response.end(url);
  };

  it("are followed, and each is kept", async () => {
    const port = await serve(hops);
    const at = (path: string) => `http://127.0.0.1:${port}${path}`;
    const { result } = await probe(port, { path: "/2", maxRedirects: 2 });
    expect(result).toMatchObject({
      statusCode: 200,
      finalUrl: at("/0"),
      body: "/0",
      redirects: [
        { url: at("/2"), statusCode: 302 },
        { url: at("/1"), statusCode: 302 },
      ],
    });
  });

  it("end at maxRedirects, where the last answer is the answer", async () => {
    const port = await serve(hops);
    const none = await probe(port, { path: "/9", maxRedirects: 0 });
    expect(none.result).toMatchObject({ statusCode: 302, redirects: [], body: "/9" });
    const port2 = await serve((_request, response) => {
      response.writeHead(301, { location: "/loop" }).end();
    });
    const loop = await probe(port2, { maxRedirects: 3 });
    expect(loop.failure).toBeUndefined();
    expect(loop.result).toMatchObject({ statusCode: 301, redirects: { length: 3 } });
  });

  it.each([
    "ftp://127.0.0.1/",
    "http://10.0.0.1/",
    "http://169.254.169.254/latest",
    "http://[::1]/",
  ])("to %s are refused by policy", async (location) => {
    const port = await serve((_request, response) => {
      response.writeHead(302, { location }).end();
    });
    const { result, failure } = await probe(port);
    expect(failure).toMatchObject({
      failureSource: "agent",
      failedPhase: "policy",
      error: { code: "refused_by_policy" },
    });
    expect(result).toMatchObject({ redirects: [{ statusCode: 302 }] });
  });

  it("take no secrets to another origin", async () => {
    let seen = {};
    const port2 = await serve((request, response) => {
      seen = request.headers;
      response.end();
    });
    const port = await serve((_request, response) => {
      response.writeHead(307, { location: `http://user:pw@127.0.0.1:${port2}/` }).end();
    });
    const { result } = await probe(port, { headers: { authorization: "secret", "x-a": "1" } });
    expect(seen).toMatchObject({ host: `127.0.0.1:${port2}`, "x-a": "1" });
    expect(seen).not.toHaveProperty("authorization");
    expect(result).toMatchObject({ finalUrl: `http://127.0.0.1:${port2}/` });
  });
});

describe("an http check fails", () => {
  const failed = async (port: number, timeoutMs = 2_000) => {
    const { result, failure } = await probe(port, {}, timeoutMs);
    return { ...failure, code: failure?.error.code, timings: result["timings"] };
  };

  it("by the target where nobody listens", async () => {
    const port = await speak(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    expect(await failed(port)).toMatchObject({
      failureSource: "target",
      failedPhase: "tcp",
      code: "refused",
      timings: { tcp: null, firstByte: null, total: expect.any(Number) },
    });
  });

  it("by the target where the answer never comes, and keeps the timings it has", async () => {
    const port = await speak(() => undefined);
    expect(await failed(port, 100)).toMatchObject({
      failureSource: "target",
      failedPhase: "firstByte",
      code: "timeout",
      timings: { tcp: expect.any(Number), firstByte: null, total: expect.any(Number) },
    });
  });

  it.each<[string, string, (socket: Socket) => void]>([
    ["reset", "closes without a word", (socket) => socket.end()],
    ["reset", "resets the connection", (socket) => socket.resetAndDestroy()],
    ["reset", "ends within the head", (socket) => socket.end("HTTP/1.1 200 OK\r\nA: 1\r\n")],
    ["not_http", "answers 000", (socket) => socket.end("HTTP/1.1 000 Nothing\r\n\r\n")],
    ["not_http", "speaks something else", (socket) => socket.end("SSH-2.0-OpenSSH_9.2\r\n")],
    [
      "not_http",
      "sends a broken head",
      (socket) => socket.end("HTTP/1.1 200 OK\r\nA\0: 1\r\n\r\n"),
    ],
    [
      "header_overflow",
      "floods the head",
      (socket) => socket.write(`HTTP/1.1 200 OK\r\nA: ${"x".repeat(200_000)}`),
    ],
  ])("with %s where the target %s", async (code, _what, speakBack) => {
    const port = await speak(speakBack);
    const failure = await failed(port);
    expect(failure).toMatchObject({ failureSource: "target", failedPhase: "firstByte", code });
  });

  it("by policy where the agent may not reach the address", async () => {
    const { result, failure } = await probe(80, {}, 2_000, []);
    expect(failure).toMatchObject({ failureSource: "agent", failedPhase: "policy" });
    expect(result).toMatchObject({ resolvedAddress: "127.0.0.1", timings: { tcp: null } });
  });

  it.each(["a b", "evil.example/x", "user@host", "host:80", "a?b", "[::1", "%"])(
    "by the agent where %s is no host",
    async (host) => {
      const context = { allow: LOOPBACK, signal: AbortSignal.timeout(2_000) };
      const { failure } = await probeHttp(host, undefined, HttpOptions.parse({}), context);
      expect(failure).toMatchObject({ failureSource: "agent", error: { code: "bad_target" } });
    },
  );
});
