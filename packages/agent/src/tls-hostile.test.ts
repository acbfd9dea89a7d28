import { X509Certificate } from "node:crypto";
import { createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";

import { TLS_FAULT_CODES } from "@netcheck/wire/tls-fault";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { handshake, tlsFile } from "../../../test/support/handshake.ts";
import { reportTls } from "./tls-report.ts";

/** Bytes that were changed here and there. */
const damaged = (whole: Buffer) =>
  fc
    .array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    .map((changes) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });

const pem = (der: Buffer) =>
  `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n`;

const GREETING = Buffer.from(
  `16030300310200002d0303${"01".repeat(32)}00c02f000005ff01000100`,
  "hex",
);

describe("[PRB-67] whatever a stranger sends, TLS ends with an outcome in our words", () => {
  it("a handshake of damaged bytes", async () => {
    const bytes = fc.oneof(damaged(GREETING), fc.uint8Array({ minLength: 1 }).map(Buffer.from));
    await fc.assert(
      fc.asyncProperty(bytes, async (sent) => {
        const server = createServer((socket) => {
          socket.on("error", () => undefined).once("data", () => void socket.end(sent));
        });
        const failure = await handshake(server, (it) => ("failure" in it ? it.failure : undefined));
        expect(failure).toMatchObject({ failedPhase: "tls" });
        expect(failure?.error.message).toMatch(/^[A-Z]((?!:\S|_).)*\.$/);
      }),
      { numRuns: 300 },
    );
  });

  it("a chain of damaged certificates", async () => {
    const parts = tlsFile("chains/good.pem").split(/(?<=-----END CERTIFICATE-----\n)/);
    const [leaf = Buffer.alloc(0), authority = leaf] = parts.map(
      (it) => new X509Certificate(it).raw,
    );
    const chains = fc.tuple(
      fc.oneof(fc.constant(leaf), damaged(leaf)),
      fc.oneof(fc.constant(authority), damaged(authority)),
    );
    let read = 0;
    await fc.assert(
      fc.asyncProperty(chains, async (chain) => {
        const server = serverOf(chain.map(pem).join(""));
        if (!server) return;
        const outcome = await handshake(server, (it) =>
          "failure" in it ? it.failure : reportTls(it.socket, "localhost"),
        );
        if ("failedPhase" in outcome) return;
        read += 1;
        expect(outcome.authorized).toBe(outcome.errors.length === 0);
        expect(TLS_FAULT_CODES).toEqual(expect.arrayContaining(outcome.errors));
        for (const { message } of outcome.faults) expect(message).toMatch(/^[A-Z].*\.$/s);
      }),
      { numRuns: 300 },
    );
    expect(read).toBeGreaterThan(100);
  });
});

/** Undefined where OpenSSL will not send what it cannot read. */
function serverOf(cert: string) {
  try {
    const server = createTlsServer({ cert, key: tlsFile("chains/site.key") });
    return server.on("tlsClientError", () => undefined);
  } catch {
    return undefined;
  }
}
