import type { PeerCertificate, TLSSocket } from "node:tls";

import { cleanText } from "./text.ts";
import { faultsOf, type TlsFault } from "./tls-fault.ts";

/**
 * What a check reports of an encrypted connection; `authorized` is this host's own judgement, and
 * `error` the first of what is wrong. `verdict` is OpenSSL's own word, for those who know it.
 */
export type TlsReport = {
  authorized: boolean;
  error: TlsFault | null;
  errors: TlsFault[];
  verdict: string | null;
  protocol: string | null;
  cipherName: string | null;
  subject: Record<string, string>;
  issuer: Record<string, string>;
  createdAt: string | null;
  expiresAt: string | null;
  keyType: "RSA" | "EC" | null;
  keyBits: number | null;
  serialNumber: string | null;
  fingerprint256: string | null;
};

/** Reads the certificate and judges it: the chain, the dates and the name. */
export function reportTls(socket: TLSSocket, host: string, now = Date.now()): TlsReport {
  const certificate = socket.getPeerCertificate();
  const verdict = socket.authorized ? null : verdictOf(socket.authorizationError);
  const errors = verdict === null ? [] : faultsOf({ verdict, certificate, host, now });
  const { serialNumber, fingerprint256 } = certificate;
  return {
    authorized: verdict === null,
    error: errors[0] ?? null,
    errors,
    verdict,
    protocol: socket.getProtocol(),
    cipherName: socket.getCipher()?.standardName ?? null,
    subject: nameOf(certificate.subject, certificate.subjectaltname),
    issuer: nameOf(certificate.issuer),
    createdAt: instantOf(certificate.valid_from),
    expiresAt: instantOf(certificate.valid_to),
    keyType: keyTypeOf(certificate),
    keyBits: certificate.bits ?? null,
    serialNumber: serialNumber ? cleanText(serialNumber, 128) : null,
    fingerprint256: fingerprint256 ?? null,
  };
}

/** Node's types say Error; at run time it is the error's code. */
function verdictOf(error: unknown) {
  return cleanText(error instanceof Error ? error.message : String(error), 200);
}

function keyTypeOf({ modulus, asn1Curve }: PeerCertificate) {
  if (modulus) return "RSA";
  return asn1Curve ? "EC" : null;
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
