import { X509Certificate } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TlsOptions } from "node:tls";

import { describe, expect, it } from "vitest";

import { handshake, tlsFile } from "../../../test/support/handshake.ts";
import { tlsFailure, toldByTls } from "./tls-failure.ts";

/** How the handshake with this server fails. */
const failureWith = (server: Server) =>
  handshake(server, (started) => ("failure" in started ? started.failure : undefined));

/** A target that does this once it was greeted. */
const answering = (act: (socket: Socket) => void) =>
  createServer(
    (socket) => void socket.on("error", () => undefined).once("data", () => act(socket)),
  );

const sending = (bytes: string | Buffer) => answering((socket) => void socket.end(bytes));

const speaking = (options: TlsOptions) =>
  createTlsServer({
    cert: tlsFile("rsa.pem"),
    key: tlsFile("rsa.key"),
    ciphers: "DEFAULT@SECLEVEL=0",
    ...options,
  }).on("tlsClientError", () => undefined);

const alert = (number: number) => Buffer.from([21, 3, 3, 0, 2, 2, number]);

const sized = (lengthBytes: number, body: Buffer) => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  return Buffer.concat([length.subarray(4 - lengthBytes), body]);
};

/** A record of TLS 1.2 with messages of the handshake (RFC 5246, 6.2.1 and 7.4). */
const record = (...messages: Buffer[]) =>
  Buffer.concat([Buffer.from([22, 3, 3]), sized(2, Buffer.concat(messages))]);

const message = (type: number, body: Buffer) =>
  Buffer.concat([Buffer.from([type]), sized(3, body)]);

/** Without the extension of RFC 5746, as servers from before it answer. */
const serverHello = (cipher: number) =>
  message(
    2,
    Buffer.from(`0303${"01".repeat(32)}00${cipher.toString(16).padStart(4, "0")}00`, "hex"),
  );

const { raw } = new X509Certificate(tlsFile("rsa.pem"));

/** What a server says first, with its certificate. */
const greeting = (certificate: Buffer, ...more: Buffer[]) =>
  record(serverHello(0x009e), message(11, sized(3, sized(3, certificate))), ...more);

/** Offers a Diffie-Hellman key of 1024 bits. */
function weakGreeting() {
  const number = sized(2, Buffer.alloc(128, 0xff));
  const key = Buffer.concat([number, sized(2, Buffer.from([2])), sized(2, Buffer.alloc(128, 1))]);
  const signature = Buffer.concat([Buffer.from([4, 1]), sized(2, Buffer.alloc(256))]);
  return greeting(raw, message(12, Buffer.concat([key, signature])));
}

/** No word of OpenSSL's own: its messages have addresses, files and colons without a blank. */
const PLAIN = /^[A-Z]((?!:\S|_).)*\.$/;

describe("[PRB-65] a handshake that fails is told in our words, with what the target did", () => {
  it.each<[string, string, () => Server]>([
    ["speaks HTTP", "not_tls", () => sending("HTTP/1.1 400 Bad Request\r\n\r\n")],
    ["speaks SSH", "not_tls", () => sending("SSH-2.0-OpenSSH_9.9\r\n")],
    ["speaks nothing", "not_tls", () => sending(Buffer.alloc(100))],
    ["closes", "closed", () => sending("")],
    ["says goodbye", "closed", () => sending(Buffer.from("15030300020100", "hex"))],
    ["stops halfway", "closed", () => sending(Buffer.from("1603030050020000", "hex"))],
    ["resets", "reset", () => answering((socket) => void socket.resetAndDestroy())],
    ["breaks a message", "tls_broken", () => sending(Buffer.from("160303000502000001aa", "hex"))],
    ["cuts its certificate short", "tls_broken", () => sending(greeting(raw.subarray(0, 300)))],
    ["is too old", "tls_version", () => speaking({ maxVersion: "TLSv1.1", minVersion: "TLSv1" })],
    ["has no protocol of ours", "no_common_protocol", () => speaking({ ALPNProtocols: ["h2"] })],
    [
      "has no cipher of ours",
      "tls_refused",
      () => speaking({ ciphers: "CAMELLIA:@SECLEVEL=0", maxVersion: "TLSv1.2" }),
    ],
    ["has a weak key exchange", "weak_key", () => sending(weakGreeting())],
  ])("one that %s: %s", async (_what, code, server) => {
    const failure = await failureWith(server());
    expect(failure).toMatchObject({ failureSource: "target", failedPhase: "tls", error: { code } });
    expect(failure?.error.message).toMatch(PLAIN);
  });

  it.each([
    [10, "tls_refused"],
    [20, "tls_refused"],
    [40, "tls_refused"],
    [42, "certificate_required"],
    [46, "certificate_required"],
    [48, "certificate_required"],
    [49, "certificate_required"],
    [50, "tls_refused"],
    [70, "tls_version"],
    [71, "tls_refused"],
    [80, "tls_refused"],
    [110, "tls_refused"],
    [112, "unknown_name"],
    [116, "certificate_required"],
    [120, "no_common_protocol"],
    [200, "closed"],
  ])("and what it says with alert %i: %s", async (number, code) => {
    const failure = await failureWith(sending(alert(number)));
    expect(failure).toMatchObject({ failureSource: "target", failedPhase: "tls", error: { code } });
    expect(failure?.error.message).toMatch(PLAIN);
  });

  it("one that cannot renegotiate safely is spoken to all the same", async () => {
    const failure = await failureWith(sending(record(serverHello(0xc02f))));
    expect(failure).toMatchObject({ error: { code: "closed" } });
  });
});

describe("[PRB-66] what is not understood is not the target's fault", () => {
  const error = (code: string, more = {}) =>
    Object.assign(new Error(`${code}:!`), { code, ...more });

  it.each([
    ["ERR_SSL_UNSUPPORTED_ELLIPTIC_CURVE", "agent", "tls_failed"],
    ["ERR_SSL_LIBRARY_BUG", "agent", "tls_failed"],
    ["ERR_OSSL_EVP_UNSUPPORTED", "agent", "tls_failed"],
    ["ERR_INVALID_ARG_TYPE", "agent", "tls_failed"],
    ["ENETUNREACH", "agent", "tls_failed"],
    ["ETIMEDOUT", "path", "timeout"],
    ["EHOSTUNREACH", "path", "unreachable"],
    ["EPIPE", "target", "reset"],
  ])("%s: %s, %s", (code, failureSource, ours) => {
    const failure = tlsFailure(error(code, { syscall: "read" }));
    expect(failure).toMatchObject({ failureSource, failedPhase: "tls", error: { code: ours } });
    expect(failure.error.message).toMatch(PLAIN);
  });

  it("and what is not of TLS is not told as of TLS", () => {
    expect(toldByTls(error("ECONNRESET"))).toBeUndefined();
    expect(toldByTls("ERR_SSL_LIBRARY_BUG")).toBeUndefined();
  });
});
