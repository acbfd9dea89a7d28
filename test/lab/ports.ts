/** Where the target of the lab shows each certificate of test/fixtures/tls. */
export const CERTIFICATE_PORTS = {
  trusted: 443,
  "self-signed": 4431,
  untrusted: 4432,
  expired: 4433,
  "not-yet-valid": 4434,
  "other-name": 4435,
} as const;

export const HTTP2_PORT = 4440;

/** Accepts and says nothing. */
export const MUTE_PORT = 7;
