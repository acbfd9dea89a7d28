import { isIP, type Socket } from "node:net";
import {
  connect,
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
} from "node:tls";

import { exchangeFailure, timeoutFailure, type Failure } from "./failure.ts";
import { cleanText } from "./text.ts";

/** What a check reports of an encrypted connection; `authorized` is this host's own judgement. */
export type TlsReport = {
  authorized: boolean;
  error: string | null;
  protocol: string | null;
  subject: Record<string, string>;
  issuer: Record<string, string>;
  createdAt: string | null;
  expiresAt: string | null;
  fingerprint256: string | null;
};

let context: SecureContext | undefined;

/** Speaks TLS over a connected socket, whatever the certificate is worth: that is reported, not required. */
export function startTls(socket: Socket, host: string, signal: AbortSignal) {
  return new Promise<{ socket: TLSSocket } | { failure: Failure }>((resolve) => {
    if (signal.aborted) return resolve({ failure: timeoutFailure("tls") });
    // One for all checks: a context of its own costs each check a parse of every root certificate.
    context ??= createSecureContext();
    const secure = connect({
      socket,
      secureContext: context,
      host,
      ...(isIP(host) === 0 && { servername: host }),
      rejectUnauthorized: false,
      ALPNProtocols: ["http/1.1"],
    });
    let settled = false;
    const settle = (outcome: { socket: TLSSocket } | { failure: Failure }) => {
      settled = true;
      signal.removeEventListener("abort", expired);
      resolve(outcome);
    };
    const expired = () => settle({ failure: timeoutFailure("tls") });
    signal.addEventListener("abort", expired);
    secure.on("error", (error) => settle({ failure: exchangeFailure("tls", error) }));
    secure.once("close", () => {
      if (!settled) settle({ failure: exchangeFailure("tls", closedEarly()) });
    });
    secure.once("secureConnect", () => settle({ socket: secure }));
  });
}

function closedEarly() {
  return Object.assign(new Error("The target closed the connection during the TLS handshake."), {
    code: "ECONNRESET",
  });
}

/** Reads the certificate and the verdict on it, which covers the chain, the dates and the name. */
export function reportTls(socket: TLSSocket): TlsReport {
  const certificate = socket.getPeerCertificate();
  return {
    authorized: socket.authorized,
    error: socket.authorized ? null : verdictOf(socket.authorizationError),
    protocol: socket.getProtocol(),
    subject: nameOf(certificate.subject, certificate.subjectaltname),
    issuer: nameOf(certificate.issuer),
    createdAt: instantOf(certificate.valid_from),
    expiresAt: instantOf(certificate.valid_to),
    fingerprint256: certificate.fingerprint256 ?? null,
  };
}

/** Node's types say Error; at run time it is the error's code. */
function verdictOf(error: unknown) {
  return cleanText(error instanceof Error ? error.message : String(error), 200);
}

/** Names of X.500 as Globalping gives them, with the alternative names as `alt`. */
function nameOf(name: PeerCertificate["subject"] | undefined, alt?: string) {
  const report: Record<string, string> = {};
  for (const field of ["C", "O", "CN"] as const) {
    const value = name?.[field];
    if (value) report[field] = cleanText([value].flat().join(", "), 256);
  }
  if (alt) report["alt"] = cleanText(alt, 4_096);
  return report;
}

function instantOf(date: string | undefined) {
  const time = Date.parse(date ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
