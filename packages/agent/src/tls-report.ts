import type { TLSSocket } from "node:tls";

import type { Place, TlsFault } from "@netcheck/wire/tls-fault";

import { cleanText } from "./text.ts";
import { NO_CERTIFICATE, reportCertificate, type CertificateReport } from "./tls-certificate.ts";
import { certificatesOf, chainOf, placeOf } from "./tls-chain.ts";
import type { Fault } from "./tls-fault.ts";
import { faultOf, judge } from "./tls-verdict.ts";

/** Chains in use have three or four certificates; of longer ones these are told. */
const MAX_TOLD = 10;

/** Of the target's own certificate; a site may have hundreds of names. */
const MAX_ALT_CHARS = 4_096;

/** A certificate of the chain; what is wrong with it is told by `faults` of the report in words. */
export type ChainedCertificate = CertificateReport & { place: Place; faults: TlsFault[] };

/**
 * What a check reports of an encrypted connection; `authorized` is this host's own judgement, and
 * `error` the first of what is wrong. `verdict` is OpenSSL's own word, for those who know it. The
 * certificate's own fields are the target's; `chain` goes from it up to the root, as far as known,
 * and `chainExpiresAt` is the earliest end in it.
 */
export type TlsReport = CertificateReport & {
  authorized: boolean;
  error: TlsFault | null;
  errors: TlsFault[];
  verdict: string | null;
  faults: Fault[];
  protocol: string | null;
  cipherName: string | null;
  chain: ChainedCertificate[];
  chainExpiresAt: string | null;
};

/** Reads the certificates and judges them: the chain, the dates and the name. To be called once a connection. */
export function reportTls(socket: TLSSocket, host: string, now = Date.now()): TlsReport {
  const chain = chainOf(certificatesOf(socket), now);
  const verdict = socket.authorized ? null : verdictOf(socket.authorizationError);
  const look = { verdict, chain, host, now };
  const findings = judge(look);
  const errors = [...new Set(findings.map(({ code }) => code))];
  const [leaf] = chain.certificates;
  const certificates = chain.certificates.map((it) => reportCertificate(it));
  return {
    ...(leaf ? reportCertificate(leaf, MAX_ALT_CHARS) : NO_CERTIFICATE),
    authorized: errors.length === 0,
    error: errors[0] ?? null,
    errors,
    verdict,
    faults: findings.slice(0, MAX_TOLD).map((it) => faultOf(it, look)),
    protocol: socket.getProtocol(),
    cipherName: socket.getCipher()?.standardName ?? null,
    chain: certificates.slice(0, MAX_TOLD).map((it, index) => ({
      place: placeOf(chain, index),
      ...it,
      faults: findings.flatMap((found) => (found.index === index ? found.code : [])),
    })),
    chainExpiresAt: certificates.flatMap(({ expiresAt }) => expiresAt ?? []).toSorted()[0] ?? null,
  };
}

/** Node's types say Error; at run time it is the error's code. */
function verdictOf(error: unknown) {
  return cleanText(error instanceof Error ? error.message : String(error), 200);
}
