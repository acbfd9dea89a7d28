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

/** Where `example-target-program.ts` answers. */
export const ODD_PORTS = {
  answers: 8080,
  pages: 8081,
  reset: 8,
  http2: 4441,
  visitors: 4442,
  oldRedirect: 4443,
} as const;

/** What it says once it was greeted, in the order of the codes that it stands for. */
export const RAW_TLS = {
  tls_broken: { port: 4460, bytes: "160303000502000001aa" },
  tls_refused: { port: 4461, bytes: "15030300020228" },
  tls_version: { port: 4462, bytes: "15030300020246" },
  unknown_name: { port: 4463, bytes: "15030300020270" },
  certificate_required: { port: 4464, bytes: "15030300020274" },
  no_common_protocol: { port: 4465, bytes: "15030300020278" },
  closed: { port: 4466, bytes: "" },
} as const;

/** Where it shows chains of test/fixtures/tls/chains with a fault that no other port has. */
export const FAULT_PORTS = {
  "bad-signature": 4471,
  "no-authority": 4472,
  "too-long": 4473,
  "client-leaf": 4474,
  "small-leaf": 4475,
  "unknown-extension": 4476,
} as const;
