import type { Place } from "./tls-chain.ts";

/**
 * What can be wrong with a certificate or its chain, in the order it is told. `self_signed`: signed
 * by nobody else; `untrusted_root`: the chain ends at an authority that this host does not trust;
 * `incomplete_chain`: the target sent its own certificate without the one that signed it, and this
 * host does not know that one; `untrusted`: anything else, for which `verdict` has OpenSSL's word.
 */
export const TLS_FAULTS = [
  "self_signed",
  "untrusted_root",
  "incomplete_chain",
  "untrusted",
  "bad_signature",
  "not_an_authority",
  "chain_too_long",
  "wrong_purpose",
  "weak_key",
  "weak_signature",
  "not_yet_valid",
  "expired",
  "wrong_name",
] as const;
export type TlsFault = (typeof TLS_FAULTS)[number];

/** A fault and the certificate at fault, as far as it is known; `place` is null for the whole chain. */
export type Fault = {
  code: TlsFault;
  place: Place | null;
  subject: Record<string, string>;
  createdAt: string | null;
  expiresAt: string | null;
  message: string;
};
