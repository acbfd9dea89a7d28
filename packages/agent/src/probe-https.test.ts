import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer } from "node:https";
import { createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import { setDefaultCACertificates, type TlsOptions } from "node:tls";

import { parseAllowList } from "@netcheck/wire/address";
import { HttpOptions } from "@netcheck/wire/options";
import { afterEach, beforeAll, describe, expect, it } from "vitest";

import { probeHttp } from "./probe-http.ts";

const allow = parseAllowList("127.0.0.1,::1");
const servers: Server[] = [];

const file = (name: string) =>
  readFileSync(new URL(`../../../test/fixtures/tls/${name}`, import.meta.url), "utf8");

beforeAll(() => setDefaultCACertificates([file("authority.pem")]));
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listening(server: Server) {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

const answer: RequestListener = (request, response) =>
  void response.end(`hello ${request.headers.host}`);

const serve = (name: string, options = {}) =>
  listening(
    createServer({ cert: file(`${name}.pem`), key: file(`${name}.key`), ...options }, answer),
  );

function probe(
  port: number,
  host = "127.0.0.1",
  { timeoutMs = 2_000, now = Date.now }: { timeoutMs?: number; now?: () => number } = {},
) {
  const context = { allow, now, signal: AbortSignal.timeout(timeoutMs) };
  return probeHttp(host, port, HttpOptions.parse({ protocol: "https" }), context);
}

describe("an https check", () => {
  it.each([
    ["2200-01-01", "expired"],
    ["2020-01-01", "not_yet_valid"],
  ])("[PRB-95] judges dates by the platform's time, here %s: %s", async (date, error) => {
    const port = await serve("trusted");
    const { result } = await probe(port, "localhost", { now: () => Date.parse(date) });
    expect(result).toMatchObject({ statusCode: 200, tls: { authorized: false, error } });
  });

  it.each(["localhost", "127.0.0.1"])(
    "[PRB-7] NC-B-26 of %s is authorized by a chain this host trusts",
    async (host) => {
      const port = await serve("trusted");
      const { result } = await probe(port, host);
      expect(result).toMatchObject({
        statusCode: 200,
        body: `hello ${host}:${port}`,
        timings: { tls: expect.any(Number) },
        tls: {
          authorized: true,
          error: null,
          errors: [],
          verdict: null,
          protocol: "TLSv1.3",
          cipherName: expect.stringMatching(/^TLS_/),
          keyType: "EC",
          keyBits: 256,
          serialNumber: expect.stringMatching(/^[0-9A-F]+$/),
          subject: {
            O: "Netcheck tests",
            CN: "trusted",
            alt: "DNS:localhost, DNS:tls.lab, IP Address:127.0.0.1",
          },
          issuer: { O: "Netcheck tests", CN: "Test authority" },
          createdAt: "2026-01-01T00:00:00.000Z",
          expiresAt: "2125-12-31T23:59:59.000Z",
          fingerprint256: expect.stringMatching(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/),
        },
      });
    },
  );

  it.each([
    ["self-signed", ["self_signed"]],
    ["untrusted", ["untrusted_root"]],
    ["expired", ["expired"]],
    ["not-yet-valid", ["not_yet_valid"]],
    ["other-name", ["wrong_name"]],
    ["hopeless", ["untrusted_root", "expired", "wrong_name"]],
  ])(
    "[PRB-7] NC-B-26 with a certificate that is %s is finished and tells what is wrong: %j",
    async (name, errors) => {
      const { result, failure } = await probe(await serve(name), "localhost");
      expect(failure).toBeUndefined();
      const tls = { authorized: false, error: errors[0], errors, verdict: expect.any(String) };
      expect(result).toMatchObject({ statusCode: 200, tls });
    },
  );

  it("tells a key of RSA from one of an elliptic curve", async () => {
    const { result } = await probe(await serve("rsa"));
    expect(result).toMatchObject({ tls: { authorized: true, keyType: "RSA", keyBits: 2_048 } });
  });

  it("[PRB-29] asks for the name it wants without its last dot, and never for an address", async () => {
    const asked: string[] = [];
    const SNICallback = (name: string, done: (error: null) => void) => {
      asked.push(name);
      done(null);
    };
    const port = await serve("trusted", { SNICallback });
    await probe(port, "localhost");
    await probe(port, "localhost.");
    for (const address of ["127.0.0.1", "::ffff:127.0.0.1"])
      expect((await probe(port, address)).result).toMatchObject({ statusCode: 200 });
    expect(asked).toEqual(["localhost", "localhost"]);
  });

  it("reports what version of TLS was spoken", async () => {
    const { result } = await probe(await serve("trusted", { maxVersion: "TLSv1.2" }));
    expect(result).toMatchObject({ tls: { protocol: "TLSv1.2" } });
  });

  it.each([
    ["speaks plain HTTP", "HTTP/1.1 400 Bad Request\r\n\r\n", "not_tls"],
    ["closes without a word", "", "closed"],
  ])("[PRB-7] NC-B-26 fails in phase tls where the target %s", async (_what, text, code) => {
    const port = await listening(
      createTcpServer((socket) => socket.once("data", () => socket.end(text))),
    );
    const { result, failure } = await probe(port);
    expect(failure).toMatchObject({ failureSource: "target", failedPhase: "tls", error: { code } });
    expect(result).toMatchObject({ timings: { tcp: expect.any(Number), tls: null }, tls: null });
  });

  it.each<[string, TlsOptions, string, string]>([
    ["is too old", { maxVersion: "TLSv1.1", minVersion: "TLSv1" }, "tls", "tls_version"],
    ["speaks another protocol", { ALPNProtocols: ["h2"] }, "tls", "no_common_protocol"],
    ["wants a certificate", { requestCert: true }, "firstByte", "certificate_required"],
  ])("[PRB-65] tells where the target %s", async (_what, options, failedPhase, code) => {
    const ciphers = "DEFAULT@SECLEVEL=0";
    const port = await serve("trusted", { rejectUnauthorized: true, ciphers, ...options });
    const { failure } = await probe(port);
    expect(failure).toMatchObject({ failureSource: "target", failedPhase, error: { code } });
  });

  it("[PRB-7] NC-B-26 fails in phase tls where the handshake is never answered", async () => {
    const port = await listening(
      createTcpServer((socket) => void socket.on("error", () => undefined).resume()),
    );
    const { failure } = await probe(port, "127.0.0.1", { timeoutMs: 100 });
    expect(failure).toMatchObject({
      failureSource: "target",
      failedPhase: "tls",
      error: { code: "timeout" },
    });
  });
});

describe("[PRB-26] a certificate of an earlier hop", () => {
  const redirecting = async (from: string, to: string) => {
    const end = await serve(to);
    const server = createServer(
      { cert: file(`${from}.pem`), key: file(`${from}.key`) },
      (_request, response) => {
        response.writeHead(301, { location: `https://localhost:${end}/` }).end();
      },
    );
    return (await probe(await listening(server), "localhost")).result;
  };

  it("that is bad is seen beside a good end", async () => {
    const result = await redirecting("expired", "trusted");
    expect(result).toMatchObject({
      statusCode: 200,
      authorized: false,
      tls: { authorized: true },
      steps: [{ tls: { authorized: false, error: "expired" } }, { tls: { authorized: true } }],
    });
  });

  it("stands with its chain in its step, and the last one's fields at the top", async () => {
    const { tls, steps } = await redirecting("trusted", "trusted");
    const leaf = { place: "leaf", subject: { CN: "trusted" } };
    const hop = { tls: { chain: [leaf, { place: "root" }] } };
    expect(steps).toMatchObject([hop, hop]);
    expect(tls).toMatchObject({ subject: { CN: "trusted" }, chainExpiresAt: expect.any(String) });
    expect(tls).not.toHaveProperty("chain");
    for (const step of steps as { tls: object }[]) expect(step.tls).not.toHaveProperty("subject");
  });

  it("is authorized where the last one's is too", async () => {
    expect(await redirecting("trusted", "trusted")).toMatchObject({ authorized: true });
    expect(await redirecting("trusted", "expired")).toMatchObject({ authorized: false });
  });
});
