/** Where the target of the lab shows each certificate of test/fixtures/tls. */
export const CERTIFICATE_PORTS = {
  trusted: 443,
  "self-signed": 4431,
  untrusted: 4432,
  expired: 4433,
  "not-yet-valid": 4434,
  "other-name": 4435,
} as const;

/** Where it shows each chain of test/fixtures/tls/chains. */
export const CHAIN_PORTS = {
  "expired-intermediate": 4451,
  "no-intermediate": 4452,
  "sha1-intermediate": 4453,
} as const;

export const HTTP2_PORT = 4440;

/** Accepts and says nothing. */
export const MUTE_PORT = 7;
