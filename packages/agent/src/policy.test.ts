import { type EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type Server as HttpServer } from "node:http";
import { connect, createServer, type AddressInfo, type Server, Socket } from "node:net";

import { isAddressAllowed, parseAllowList } from "@netcheck/wire/address";
import { CheckResponse, CheckType } from "@netcheck/wire/message";
import { HttpOptions } from "@netcheck/wire/options";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { createClock } from "./clock.ts";
import { SYSTEM_NETWORK, type Network } from "./network.ts";
import { probeHttp } from "./probe-http.ts";
import { readRequest } from "./request.ts";
import { resolveHost } from "./resolve.ts";
import { encodeResponse } from "./response.ts";
import { run } from "./run.ts";

const SPECIAL = [
  "127.0.0.1",
  "10.1.2.3",
  "172.16.0.1",
  "192.168.0.1",
  "169.254.169.254",
  "100.64.0.1",
  "224.0.0.1",
  "0.0.0.0",
  "255.255.255.255",
  "::1",
  "::",
  "fe80::1",
  "fd00:ec2::254",
  "ff02::1",
  "::ffff:169.254.169.254",
  "::ffff:7f00:1",
  "::7f00:1",
  "64:ff9b::a9fe:a9fe",
  "64:ff9b:1::a00:1",
  "2002:7f00:1::",
  "2001:0:7f00:1::1",
  "::ffff:0:7f00:1",
];
/** Ways to write 169.254.169.254 and 127.0.0.1 that some reader takes for another place. */
const WRITINGS = [
  "0177.0.0.1",
  "0x7f.1",
  "2130706433",
  "127.1",
  "017700000001",
  "0xa9fea9fe",
  "0251.0376.0251.0376",
  "[::ffff:a9fe:a9fe]",
  "[::1]",
  "localhost",
  "LOCALHOST.",
  "a.localhost",
  "１２７.0.0.1",
  "a:b@169.254.169.254",
];
const PUBLIC = ["1.1.1.1", "8.8.8.8", "2606:4700::1111", "2a00:1450::1"];

const address = fc.oneof(
  fc.constantFrom(...SPECIAL, ...PUBLIC),
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4().map((it) => `::ffff:${it}`),
);
const host = fc.oneof(fc.constantFrom(...WRITINGS, ...SPECIAL), address, fc.domain(), fc.string());

/** A network that resolves names to what a stranger wants, sends nothing and writes down what it was asked to. */
function recorder(answers: string[][]) {
  const reached: string[] = [];
  let asked = 0;
  const network: Network = {
    resolve: async (name, signal, ipVersion) => {
      const literal = await resolveHost(name, AbortSignal.abort(), { ipVersion });
      if ("addresses" in literal || name.endsWith(".invalid")) return literal;
      const addresses = answers[asked % Math.max(1, answers.length)] ?? [];
      asked += 1;
      return { addresses };
    },
    resolvers: () => [],
    connect: (to) => {
      reached.push(to);
      return failing(new Socket());
    },
    openUdp: (family) => {
      const socket = SYSTEM_NETWORK.openUdp(family);
      socket.connect = (_port: number, to?: unknown) => {
        reached.push(String(to));
        failing(socket);
      };
      return socket;
    },
    ping: (_command, argv) => {
      reached.push(argv.at(-1) ?? "");
      return Promise.resolve({ stdout: "", stderr: "", end: { exitCode: 1 } });
    },
  };
  return { network, reached };
}

function failing<T extends EventEmitter>(emitter: T) {
  const error = Object.assign(new Error("nothing is sent"), { code: "ECONNREFUSED" });
  queueMicrotask(() => emitter.emit("error", error));
  return emitter;
}

const stop = new AbortController().signal;
const clock = createClock();
const isGlobal = (it: string) => isAddressAllowed(it, []);

function golden(type: CheckType): Record<string, unknown> {
  const file = new URL(`../../../test/fixtures/wire/${type}-request.json`, import.meta.url);
  const deadlineAt = new Date(clock.now() + 60_000).toISOString();
  return { ...JSON.parse(readFileSync(file, "utf8")), deadlineAt };
}

describe("[PRB-1] W-03 an agent that was allowed nothing", () => {
  it("reaches global addresses only, whatever names resolve to and however targets are written", async () => {
    const answers = fc.array(fc.array(address, { maxLength: 4 }), { minLength: 1, maxLength: 3 });
    const type = fc.constantFrom(...CheckType.options);
    const protocol = fc.constantFrom("http", "https", "http2", "UDP", "TCP");
    await fc.assert(
      fc.asyncProperty(
        host,
        host,
        type,
        protocol,
        answers,
        async (target, resolver, kind, by, say) => {
          const { network, reached } = recorder(say);
          const options = { timeoutMs: 2_000, resolver, protocol: by };
          const message = { ...golden(kind), target, options };
          const read = readRequest(Buffer.from(JSON.stringify(message)));
          if ("refusal" in read) return;
          const response = await run(read.request, { allow: [], clock, stop, network });
          expect(CheckResponse.parse(JSON.parse(encodeResponse(response).toString())).status).toBe(
            "failed",
          );
          expect(reached.filter((it) => !isGlobal(it))).toEqual([]);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("refuses every special address for every type, as a literal and behind a name", async () => {
    for (const type of CheckType.options)
      for (const special of SPECIAL)
        for (const target of [special, "name.example"]) {
          const { network, reached } = recorder([[special]]);
          const options = { resolver: target, timeoutMs: 2_000 };
          const asked = type === "dns" ? { target: "a.example", options } : { target, options: {} };
          const read = readRequest(Buffer.from(JSON.stringify({ ...golden(type), ...asked })));
          if ("refusal" in read) throw new Error(read.refusal);
          const response = await run(read.request, { allow: [], clock, stop, network });
          expect(response).toMatchObject({ failureSource: "agent", failedPhase: "policy" });
          expect(reached).toEqual([]);
        }
  });

  it("hangs up where the connected socket leads elsewhere than was dialled", async () => {
    const server = createServer((socket) => socket.on("error", () => undefined).resume());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const network = { ...SYSTEM_NETWORK, connect: () => connect(port, "127.0.0.1") };
    const message = { ...golden("tcp"), target: "1.1.1.1" };
    const read = readRequest(Buffer.from(JSON.stringify(message)));
    if ("refusal" in read) throw new Error(read.refusal);
    const response = await run(read.request, { allow: [], clock, stop, network });
    server.close();
    expect(response).toMatchObject({ failureSource: "agent", failedPhase: "policy" });
  });
});

describe("[PRB-2] W-03 a redirect", () => {
  let server: HttpServer;
  let location = "";
  beforeAll(async () => {
    server = createHttpServer((_request, response) => {
      response.setHeader("location", Buffer.from(location).toString("latin1"));
      response.writeHead(302).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(() => server.close());

  it("leads to global addresses only, whatever a target writes into it", async () => {
    const { port } = server.address() as AddressInfo;
    const allow = parseAllowList("127.0.0.1");
    const place = fc.oneof(
      host.map((it) => `http://${it}/`),
      host.map((it) => `//${it}`),
      fc.tuple(host, host).map(([a, b]) => `http://${a}@${b}/`),
      fc.webUrl(),
    );
    const written = place.filter((it) => /^[\x21-\x7e]*$/.test(it));
    await fc.assert(
      fc.asyncProperty(written, fc.array(address, { maxLength: 3 }), async (to, say) => {
        location = to;
        const { network, reached } = recorder([say]);
        let first = true;
        const once127 = {
          ...network,
          connect: (dialled: string, at: number) => {
            if (!first) return network.connect(dialled, at);
            first = false;
            return connect(port, "127.0.0.1");
          },
        };
        const signal = AbortSignal.timeout(2_000);
        const context = { allow, signal, network: once127 };
        await probeHttp("127.0.0.1", port, HttpOptions.parse({}), context);
        const bad = reached.filter((it) => !isGlobal(it) && !/^(::ffff:)?127\.0\.0\.1$/.test(it));
        expect(bad.filter((it) => !isAddressAllowed(it, allow))).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});

describe("[PRB-9] nothing that is received crashes an agent", () => {
  it("as a request: it is read or refused in a line", () => {
    const field = fc.constantFrom("v", "id", "type", "target", "port", "options", "deadlineAt");
    const change = fc.dictionary(field, fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
    const changed = fc
      .tuple(fc.constantFrom(...CheckType.options), change)
      .map(([type, it]) => JSON.stringify({ ...golden(type), ...it }));
    fc.assert(
      fc.property(fc.oneof(changed, fc.json(), fc.string()), (text) => {
        const read = readRequest(Buffer.from(text));
        expect("request" in read || read.refusal.length > 0).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it("as options: they are read within their limits or refused", async () => {
    const name = fc.constantFrom(
      "method",
      "protocol",
      "path",
      "query",
      "headers",
      "maxRedirects",
      "ipVersion",
      "timeoutMs",
      "recordType",
      "resolver",
      "packets",
      "intervalMs",
    );
    const options = fc.dictionary(name, fc.jsonValue({ maxDepth: 1 }), { maxKeys: 4 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...CheckType.options), options, async (type, given) => {
        const message = { ...golden(type), target: "name.example", options: given };
        const read = readRequest(Buffer.from(JSON.stringify(message)));
        if ("refusal" in read) return;
        const { network } = recorder([["1.1.1.1"]]);
        const response = await run(read.request, { allow: [], clock, stop, network });
        CheckResponse.parse(JSON.parse(encodeResponse(response).toString()));
      }),
      { numRuns: 500 },
    );
  });

  describe("from a web server", () => {
    let server: Server;
    let said = Buffer.alloc(0);
    beforeAll(async () => {
      server = createServer((socket) => {
        socket.on("error", () => undefined);
        socket.once("data", () => socket.end(said));
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
    });
    afterAll(() => server.close());

    it("whatever bytes it answers with", async () => {
      const { port } = server.address() as AddressInfo;
      const part = fc.oneof(
        fc.constantFrom(
          "HTTP/1.1 200 OK\r\n",
          "Content-Length: -1\r\n",
          "\r\n",
          "Location: //\r\n",
        ),
        fc.constantFrom(
          "HTTP/1.1 101 Up\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
          "HTTP/2 999",
        ),
        fc.constantFrom("Transfer-Encoding: chunked\r\n", "fffffffffffff\r\n", "__proto__: x\r\n"),
        fc.string({ unit: "binary" }),
      );
      const bytes = fc.array(part, { maxLength: 8 }).map((it) => Buffer.from(it.join("")));
      const options = { protocol: "http", timeoutMs: 500, maxRedirects: 0 };
      const message = { ...golden("http"), target: "127.0.0.1", port, options };
      const read = readRequest(Buffer.from(JSON.stringify(message)));
      if ("refusal" in read) throw new Error(read.refusal);
      const { request } = read;
      const allow = parseAllowList("127.0.0.1");
      await fc.assert(
        fc.asyncProperty(bytes, async (answer) => {
          said = answer;
          const response = await run(request, { allow, clock, stop });
          const sent = encodeResponse(response).toString();
          CheckResponse.parse(JSON.parse(sent));
          expect(sent.isWellFormed() && !sent.includes("\\u0000")).toBe(true);
          expect(response).not.toMatchObject({ error: { code: "internal" } });
        }),
        { numRuns: 300 },
      );
    });
  });
});
