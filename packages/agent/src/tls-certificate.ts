import type { X509Certificate } from "node:crypto";
import type { PeerCertificate } from "node:tls";

import { cleanText } from "./text.ts";

/** What a check reports of one certificate. */
export type CertificateReport = {
  subject: Record<string, string>;
  issuer: Record<string, string>;
  createdAt: string | null;
  expiresAt: string | null;
  keyType: "RSA" | "EC" | null;
  keyBits: number | null;
  serialNumber: string | null;
  fingerprint256: string | null;
};

export const NO_CERTIFICATE: CertificateReport = {
  subject: {},
  issuer: {},
  createdAt: null,
  expiresAt: null,
  keyType: null,
  keyBits: null,
  serialNumber: null,
  fingerprint256: null,
};

/** `maxAltChars` of its alternative names. */
export function reportCertificate(
  certificate: X509Certificate,
  maxAltChars = 256,
): CertificateReport {
  const told = certificate.toLegacyObject();
  const { serialNumber, fingerprint256 } = told;
  return {
    subject: nameOf(told.subject, cleanText(told.subjectaltname ?? "", maxAltChars)),
    issuer: nameOf(told.issuer),
    createdAt: instantOf(told.valid_from),
    expiresAt: instantOf(told.valid_to),
    keyType: keyTypeOf(told),
    keyBits: told.bits ?? null,
    serialNumber: serialNumber ? cleanText(serialNumber, 128) : null,
    fingerprint256: fingerprint256 ?? null,
  };
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
  if (alt) report["alt"] = alt;
  return report;
}

function instantOf(date: string | undefined) {
  const time = Date.parse(date ?? "");
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}
