import { createServer, type RequestListener, type ServerResponse } from "node:http";
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

describe("[PRB-26] each hop is a step", () => {
  it("with its own address, times and status", async () => {
    const port2 = await serve((_request, response) => void response.end("there"));
    const port = await serve((_request, response) => {
      response.writeHead(303, { location: `http://127.0.0.1:${port2}/there` }).end();
    });
    const { result } = await probe(port, { method: "OPTIONS" });
    const number: unknown = expect.any(Number);
    const hop = { resolvedAddress: "127.0.0.1", tls: null, httpVersion: "1.1", remarks: [] };
    expect(result["authorized"]).toBeNull();
    expect(result["steps"]).toEqual([
      {
        ...hop,
        url: `http://127.0.0.1:${port}/`,
        method: "OPTIONS",
        tried: expect.any(Array),
        timings: { dns: null, tcp: number, tls: null, firstByte: number, download: null },
        statusCode: 303,
        statusCodeName: "See Other",
      },
      {
        ...hop,
        url: `http://127.0.0.1:${port2}/there`,
        method: "GET",
        tried: expect.any(Array),
        timings: { dns: null, tcp: number, tls: null, firstByte: number, download: number },
        statusCode: 200,
        statusCodeName: "OK",
      },
    ]);
  });

  it("of which the one that failed says so, and those before it stay", async () => {
    const port2 = await speak((socket) => socket.end("220 mail\r\n"));
    const port = await serve((_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${port2}/` }).end();
    });
    const { result, failure } = await probe(port);
    expect(result["steps"]).toMatchObject([
      { statusCode: 302 },
      { statusCode: null, httpVersion: null, timings: { firstByte: expect.any(Number) }, failure },
    ]);
    expect(failure?.error.code).toBe("not_http");
  });
});

describe("[PRB-27] the rule of ours that ended a check is named", () => {
  const endedBy = async (listener: RequestListener, options = {}, timeoutMs = 2_000) =>
    (await probe(await serve(listener), options, timeoutMs)).result["endedBy"];
  const redirect = (location: string) => (_request: unknown, response: ServerResponse) =>
    void response.writeHead(302, { location }).end();

  it("and is null where the target had its say", async () => {
    expect(await endedBy((_request, response) => void response.end("x"))).toBeNull();
    const closed = await probe(await speak((socket) => socket.end()));
    expect(closed.result["endedBy"]).toBeNull();
  });

  it("timeout, whether the head or the body was waited for", async () => {
    expect(await endedBy(() => undefined, {}, 100)).toBe("timeout");
    expect(await endedBy((_request, response) => void response.write("x"), {}, 100)).toBe(
      "timeout",
    );
  });

  it("deadline, where that is what the signal says", async () => {
    const limit = new AbortController();
    const port = await speak(() => limit.abort("deadline"));
    const context = { allow: LOOPBACK, signal: limit.signal };
    const { result } = await probeHttp("127.0.0.1", port, HttpOptions.parse({}), context);
    expect(result["endedBy"]).toBe("deadline");
  });

  it("max_redirects, policy, body_limit", async () => {
    expect(await endedBy(redirect("/"), { maxRedirects: 1 })).toBe("max_redirects");
    expect(await endedBy(redirect("ftp://127.0.0.1/"))).toBe("policy");
    expect(await endedBy(redirect("http://10.0.0.1/"))).toBe("policy");
    const long = "x".repeat(10_001);
    expect(await endedBy((_request, response) => void response.end(long))).toBe("body_limit");
  });
});

it("[PRB-28] a body that came encoded although nobody asked for it is named", async () => {
  const port = await serve((_request, response) => {
    response.writeHead(200, { "content-encoding": "gzip" }).end("x");
  });
  expect((await probe(port)).result).toMatchObject({ bodyEncoding: "gzip", body: "" });
});

it("[PRB-29] an IPv4 address in IPv6 is that address", async () => {
  const port = await serve((request, response) => void response.end(request.headers.host));
  const context = { allow: LOOPBACK, signal: AbortSignal.timeout(2_000) };
  const { result } = await probeHttp("::ffff:127.0.0.1", port, HttpOptions.parse({}), context);
  expect(result).toMatchObject({ resolvedAddress: "127.0.0.1", body: `[::ffff:7f00:1]:${port}` });
});

describe("[PRB-24] [PRB-29] what goes out", () => {
  it("is what the world writes, and Host keeps the dot of the root", async () => {
    let seen: string[] = [];
    const port = await serve((request, response) => {
      seen = request.rawHeaders;
      response.end();
    });
    const context = { allow: LOOPBACK, signal: AbortSignal.timeout(2_000) };
    const options = HttpOptions.parse({ headers: { "x-Own": "1" } });
    const { result } = await probeHttp("localhost.", port, options, context);
    expect(result).toMatchObject({ statusCode: 200, finalUrl: `http://localhost.:${port}/` });
    const names = seen.filter((_, i) => i % 2 === 0);
    expect(names.join()).toBe("Host,User-Agent,Accept,Accept-Encoding,x-Own,Connection");
    expect(seen[1]).toBe(`localhost.:${port}`);
  });
});

it("[PRB-21] a reset right after the handshake is a reset, whoever is quicker", async () => {
  const server = createTcpServer((socket) => socket.resetAndDestroy());
  const port = await listening(server);
  for (let i = 0; i < 20; i += 1) {
    const { failure } = await probe(port);
    expect(failure).toMatchObject({
      failureSource: "target",
      failedPhase: "firstByte",
      error: { code: "reset", message: "The target reset the connection before it answered." },
    });
  }
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

  it("by policy where the agent may not reach the address", async () => {
    const { result, failure } = await probe(80, {}, 2_000, []);
    expect(failure).toMatchObject({ failureSource: "agent", failedPhase: "policy" });
    expect(result).toMatchObject({ resolvedAddress: "127.0.0.1", timings: { tcp: null } });
  });

  it.each(["a b", "evil.example/x", "user@host", "host:80", "a?b", "[::1", "%"])(
    "by the agent where %s is no host",
    async (host) => {
      const context = { allow: LOOPBACK, signal: AbortSignal.timeout(2_000) };
      const { failure, result } = await probeHttp(host, undefined, HttpOptions.parse({}), context);
      expect(failure).toMatchObject({ failureSource: "agent", error: { code: "bad_target" } });
      expect(result).toEqual({ steps: [], endedBy: null });
    },
  );
});
