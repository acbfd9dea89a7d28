import { TLS_FAULT_CODES, type TlsFault } from "@netcheck/wire/tls-fault";

import { NO_CERTIFICATE, reportCertificate } from "./tls-certificate.ts";
import { placeOf, type Chain } from "./tls-chain.ts";
import type { Fault } from "./tls-fault.ts";
import { SEARCHES, type Look } from "./tls-search.ts";
import { wordsOf } from "./tls-words.ts";

/** Clocks that differ by less are one. */
const TOLERATED_MS = 1_000;

/** `index` is the place in the chain, if it is known. */
type Finding = { code: TlsFault; index?: number };

const TRUST: readonly TlsFault[] = ["self_signed", "untrusted_root", "incomplete_chain"];
const DATES: readonly TlsFault[] = ["not_yet_valid", "expired"];

/** Node's own, once OpenSSL found nothing wrong. */
const WRONG_NAME = "ERR_TLS_CERT_ALTNAME_INVALID";

/** OpenSSL's verdicts (its page of verify errors) and Node's on the name, with what each may mean. */
const VERDICTS: Record<string, readonly TlsFault[]> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: TRUST,
  SELF_SIGNED_CERT_IN_CHAIN: ["untrusted_root", ...TRUST],
  UNABLE_TO_GET_ISSUER_CERT: ["untrusted_root", ...TRUST],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ["untrusted_root", ...TRUST],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ["incomplete_chain", ...TRUST],
  CERT_SIGNATURE_FAILURE: ["bad_signature"],
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: ["bad_signature"],
  INVALID_CA: ["not_an_authority"],
  INVALID_PURPOSE: ["wrong_purpose", "not_an_authority"],
  PATH_LENGTH_EXCEEDED: ["chain_too_long"],
  CERT_CHAIN_TOO_LONG: ["chain_too_long"],
  UNSPECIFIED: ["untrusted", "weak_key", "weak_signature"],
  CERT_NOT_YET_VALID: DATES,
  CERT_HAS_EXPIRED: ["expired", ...DATES],
  [WRONG_NAME]: ["wrong_name"],
};

/** OpenSSL tells one fault of a chain that may have several, and not where; all are looked for here. */
export function judge(look: Look) {
  const found = findingsOf(look);
  return TLS_FAULT_CODES.flatMap((code) => found.filter((it) => it.code === code));
}

function findingsOf(look: Look): Finding[] {
  const found = search(look, searchedFor(look));
  if (look.verdict === null) return found;
  const meanings = VERDICTS[look.verdict] ?? [];
  const [code = "untrusted"] = meanings;
  const isExplained = found.some((it) => meanings.includes(it.code));
  if (isExplained || (isClockOff(look) && DATES.includes(code))) return found;
  return [...found, { code }];
}

/** Of a chain that OpenSSL calls good nothing can be wrong, but for what it sees by a wrong clock. */
function searchedFor(look: Look): readonly TlsFault[] {
  const dates = isClockOff(look) ? DATES : [];
  if (look.verdict === null) return dates;
  return look.verdict === WRONG_NAME ? [...dates, "wrong_name"] : TLS_FAULT_CODES;
}

/** OpenSSL judges by the clock of this host. Where a better one says otherwise, that one has the word. */
function isClockOff({ now }: Look) {
  return Math.abs(now - Date.now()) > TOLERATED_MS;
}

function search(look: Look, codes: readonly TlsFault[]): Finding[] {
  return codes.flatMap((code) => (SEARCHES[code]?.(look) ?? []).map((index) => ({ code, index })));
}

/** The finding in words, with the certificate at fault. */
export function faultOf({ code, index }: Finding, { chain, host }: Look): Fault {
  const certificate = chain.certificates[index ?? -1];
  const place = index === undefined ? null : placeOf(chain, index);
  const { subject, createdAt, expiresAt, ...told } = certificate
    ? reportCertificate(certificate)
    : { ...NO_CERTIFICATE, subject: missingName(chain, index) };
  const message = wordsOf(code, { ...told, subject, createdAt, expiresAt, place, host });
  return { code, place, subject, createdAt, expiresAt, message };
}

/** Of a certificate that is missing, the one below knows the name. */
function missingName({ certificates }: Chain, index = 0) {
  const below = certificates[index - 1];
  return below ? reportCertificate(below).issuer : {};
}
