/** What can be wrong with a certificate or its chain, in the order it is told, in words for people. */
export const TLS_FAULTS = {
  self_signed: "The certificate is signed by nobody but itself.",
  untrusted_root:
    "The chain ends at an authority, or breaks off below one, that the agent's host does not trust.",
  incomplete_chain:
    "The target sent its own certificate without the one that signed it, and the agent's host does not know that one. Browsers often do, which hides the mistake.",
  untrusted:
    "The agent's host does not trust the chain, for another reason. `verdict` is OpenSSL's.",
  bad_signature: "The signature on a certificate is not from the one above it.",
  not_an_authority: "A certificate has signed another, which only an authority may.",
  chain_too_long: "The chain has more certificates than one of its authorities allows.",
  wrong_purpose: "The certificate is not made for web servers.",
  weak_key: "A key is too short to be safe: under 2048 bits of RSA, or 224 of a curve.",
  weak_signature: "A signature uses a digest that can be forged: MD5 or SHA-1.",
  not_yet_valid: "A certificate is not valid yet.",
  expired: "A certificate has expired.",
  wrong_name: "The certificate is not for the name that was asked for.",
} as const;
export type TlsFault = keyof typeof TLS_FAULTS;

/** The codes in that order. */
export const TLS_FAULT_CODES = Object.keys(TLS_FAULTS) as TlsFault[];

/** Where in the chain a certificate stands. */
export const PLACES = {
  leaf: "The target's own.",
  intermediate: "Of an authority between the target's and the root.",
  root: "Of the authority that ends the chain.",
} as const;
export type Place = keyof typeof PLACES;
