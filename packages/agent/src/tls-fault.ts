import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { isDeepStrictEqual } from "node:util";

/**
 * What can be wrong with a certificate, in the order it is told. `self_signed`: signed by nobody
 * else; `untrusted_root`: the chain ends, or breaks off, at an authority that this host does not
 * trust; `untrusted`: anything else, for which `verdict` has OpenSSL's word.
 */
export const TLS_FAULTS = [
  "self_signed",
  "untrusted_root",
  "untrusted",
  "not_yet_valid",
  "expired",
  "wrong_name",
] as const;
export type TlsFault = (typeof TLS_FAULTS)[number];

/** OpenSSL's verdicts (its page of verify errors) and Node's on the name. */
const VERDICTS: Record<string, TlsFault> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "self_signed",
  SELF_SIGNED_CERT_IN_CHAIN: "untrusted_root",
  UNABLE_TO_GET_ISSUER_CERT: "untrusted_root",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "untrusted_root",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "untrusted_root",
  CERT_NOT_YET_VALID: "not_yet_valid",
  CERT_HAS_EXPIRED: "expired",
  ERR_TLS_CERT_ALTNAME_INVALID: "wrong_name",
};

type Judged = { verdict: string; certificate: PeerCertificate; host: string; now: number };

/** OpenSSL tells one fault of a certificate that may have several; the others are looked for here. */
export function faultsOf({ verdict, certificate, host, now }: Judged) {
  const { subject, issuer, valid_from, valid_to } = certificate;
  const faults = new Set<TlsFault>([VERDICTS[verdict] ?? "untrusted"]);
  if (subject && isDeepStrictEqual({ ...subject }, { ...issuer })) faults.add("self_signed");
  if (Date.parse(valid_from) > now) faults.add("not_yet_valid");
  if (Date.parse(valid_to) <= now) faults.add("expired");
  if (!isNamed(host, certificate)) faults.add("wrong_name");
  return TLS_FAULTS.filter((fault) => faults.has(fault));
}

function isNamed(host: string, certificate: PeerCertificate) {
  try {
    return checkServerIdentity(host, certificate) === undefined;
  } catch {
    // Alternative names so malformed that Node will not read them name nobody.
    return false;
  }
}
