import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";

import type { Place } from "@netcheck/wire/tls-fault";

import { authoritiesNamed, isAuthority } from "./tls-trust.ts";

/** OpenSSL's longest chain: what is sent beyond it has no say. */
const MAX_CERTIFICATES = 100;

/**
 * From the target's own certificate up. `end`: at an authority that this host trusts, at one that
 * it does not, or before any, since the next certificate is neither sent nor known.
 */
export type Chain = {
  certificates: readonly X509Certificate[];
  end: "trusted" | "untrusted" | "broken";
};

/** What the target sent, in its order. To be called once: Node takes the first of them out each time. */
export function certificatesOf(socket: TLSSocket) {
  const sent: X509Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  while (next && sent.length < MAX_CERTIFICATES) {
    sent.push(next);
    next = next.issuerCertificate;
  }
  return sent;
}

/** The chain as OpenSSL builds it: whatever was sent, an authority of this host's own is preferred. */
export function chainOf(sent: readonly X509Certificate[], now: number): Chain {
  const path = new Map<string, X509Certificate>();
  let next = sent[0];
  while (next && !path.has(next.fingerprint256)) {
    path.set(next.fingerprint256, next);
    next = isSelfSigned(next) ? undefined : issuerOf(next, sent, now);
  }
  const certificates = [...path.values()];
  return { certificates, end: endOf(certificates) };
}

/** Beyond a chain that broke off stands the one that is missing: below it, a leaf wants an intermediate. */
export function placeOf({ certificates, end }: Chain, index: number): Place {
  if (index === 0) return "leaf";
  const last = certificates.length - 1;
  if (end === "broken") return index > last && last > 0 ? "root" : "intermediate";
  return index === last ? "root" : "intermediate";
}

/** Of equal names only the key tells: a test authority and its site are often both `localhost`. */
export function isSelfSigned(certificate: X509Certificate) {
  return certificate.subject === certificate.issuer && isSignedBy(certificate, certificate);
}

export function isSignedBy(certificate: X509Certificate, issuer: X509Certificate) {
  try {
    return certificate.verify(issuer.publicKey);
  } catch {
    // A key of a kind that this host does not know has signed nothing that it can tell.
    return false;
  }
}

function endOf(certificates: readonly X509Certificate[]) {
  const last = certificates.at(-1);
  if (!last || !isSelfSigned(last)) return "broken";
  return isAuthority(last) ? "trusted" : "untrusted";
}

function issuerOf(certificate: X509Certificate, sent: readonly X509Certificate[], now: number) {
  for (const candidates of [authoritiesNamed(certificate.issuer), sent]) {
    const issuers = candidates.filter((it) => it !== certificate && certificate.checkIssued(it));
    const issuer = issuers.find((it) => isInTime(it, now)) ?? issuers[0];
    if (issuer) return issuer;
  }
  return undefined;
}

function isInTime({ validFromDate, validToDate }: X509Certificate, now: number) {
  return validFromDate.getTime() <= now && now < validToDate.getTime();
}
