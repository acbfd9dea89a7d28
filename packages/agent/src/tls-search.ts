import type { X509Certificate } from "node:crypto";

import type { TlsFault } from "@netcheck/wire/tls-fault";

import { isSignedBy, type Chain } from "./tls-chain.ts";
import { isNamed } from "./tls-name.ts";

/** `verdict` is OpenSSL's, null if it found nothing; `now` is epoch milliseconds of the best clock there is. */
export type Look = { verdict: string | null; chain: Chain; host: string; now: number };

/** Where in the chain a fault is; after its last certificate stands the one that is missing. */
type Search = (look: Look) => number[];

/** OpenSSL's security level 2, which Node's TLS keeps: 112 bits. */
const LEAST_BITS = { RSA: 2_048, EC: 224 };

/** Digests of fewer than 112 bits, as OpenSSL writes them in names of signature algorithms. */
const WEAK_DIGEST = /md[245]|sha-?1(?!\d)/i;

const ANY_PURPOSE = "2.5.29.37.0";
const WEB_SERVER = "1.3.6.1.5.5.7.3.1";

/** OpenSSL tells of a certificate that may not sign by its purpose. */
const OF_AUTHORITY = new Set(["INVALID_CA", "INVALID_PURPOSE"]);

/** What OpenSSL alone can tell is not looked for. */
export const SEARCHES: Partial<Record<TlsFault, Search>> = {
  self_signed: ({ chain: { certificates, end } }) =>
    end === "untrusted" && certificates.length === 1 ? [0] : [],
  untrusted_root: ({ chain: { certificates, end } }) => {
    if (certificates.length < 2 || end === "trusted") return [];
    return [end === "broken" ? certificates.length : certificates.length - 1];
  },
  incomplete_chain: ({ chain: { certificates, end } }) =>
    end === "broken" && certificates.length === 1 ? [1] : [],
  bad_signature: ({ chain: { certificates } }) =>
    where(certificates, (it, index) => {
      const issuer = certificates[index + 1];
      return issuer !== undefined && !isSignedBy(it, issuer);
    }),
  not_an_authority: ({ verdict, chain: { certificates } }) =>
    OF_AUTHORITY.has(verdict ?? "") ? where(certificates, ({ ca }, index) => index > 0 && !ca) : [],
  wrong_purpose: ({ chain: { certificates } }) =>
    where(certificates, ({ keyUsage }) => keyUsage !== undefined && !isForServers(keyUsage)),
  weak_key: ({ chain: { certificates } }) => where(certificates, hasWeakKey),
  // What an authority that ends a chain says of itself proves nothing, strong or weak.
  weak_signature: ({ chain: { certificates, end } }) =>
    where(end === "broken" ? certificates : certificates.slice(0, -1), ({ signatureAlgorithm }) =>
      WEAK_DIGEST.test(signatureAlgorithm ?? ""),
    ),
  not_yet_valid: ({ chain, now }) =>
    where(chain.certificates, ({ validFromDate }) => validFromDate.getTime() > now),
  expired: ({ chain, now }) =>
    where(chain.certificates, ({ validToDate }) => validToDate.getTime() <= now),
  wrong_name: ({ chain, host }) =>
    where(chain.certificates.slice(0, 1), (it) => !isNamed(host, it.toLegacyObject())),
};

function where(
  certificates: readonly X509Certificate[],
  isAtFault: (certificate: X509Certificate, index: number) => boolean,
) {
  return certificates.flatMap((it, index) => (isAtFault(it, index) ? index : []));
}

function isForServers(purposes: readonly string[]) {
  return purposes.includes(WEB_SERVER) || purposes.includes(ANY_PURPOSE);
}

function hasWeakKey(certificate: X509Certificate) {
  const { bits, modulus } = certificate.toLegacyObject();
  return bits !== undefined && bits < (modulus ? LEAST_BITS.RSA : LEAST_BITS.EC);
}
