import type { Blame, FailureCode } from "@netcheck/wire/failure";

import { failure, type Failure } from "./failure.ts";
import { codeOf } from "./text.ts";
import { alertOf } from "./tls-alert.ts";

type Code = FailureCode<"tls">;
type Told = { failureSource: Blame<"tls", Code>; code: Code; message: string };

const target = (code: Code, message: string): Told => ({
  failureSource: "target",
  code,
  message,
});

const NOT_TLS = target(
  "not_tls",
  "The target answered with something that is not TLS. Another protocol may be spoken at this port.",
);
const OLD = target(
  "tls_version",
  "The target chose a version of TLS before 1.2, which is no longer safe (RFC 8996).",
);
const WEAK = target("weak_key", "The target offers a key too short to be safe.");
const BROKEN = target("tls_broken", "What the target sent breaks the rules of TLS.");
const UNREADABLE = target("tls_broken", "The target sent a certificate that cannot be read.");
const CLOSED = target("closed", "The target closed the connection during the TLS handshake.");
const RESET = target("reset", "The target reset the connection during the TLS handshake.");

/** OpenSSL's reasons that speak of what the target sent, and are plain. */
const REASONS: Record<string, Told> = {
  WRONG_VERSION_NUMBER: NOT_TLS,
  PACKET_LENGTH_TOO_LONG: NOT_TLS,
  BAD_RECORD_TYPE: NOT_TLS,
  HTTP_REQUEST: NOT_TLS,
  HTTPS_PROXY_REQUEST: NOT_TLS,
  UNSUPPORTED_PROTOCOL: OLD,
  VERSION_TOO_LOW: OLD,
  DH_KEY_TOO_SMALL: WEAK,
  EE_KEY_TOO_SMALL: WEAK,
  CA_KEY_TOO_SMALL: WEAK,
  UNEXPECTED_EOF_WHILE_READING: CLOSED,
};

/** Of reasons that name bytes which no TLS allows, whatever it knows. */
const AGAINST_RULES =
  /^(BAD|WRONG|UNEXPECTED|UNSOLICITED|EXCESSIVE|INVALID|ILLEGAL|MISSING|UNKNOWN_CIPHER|DECRYPTION_FAILED|DIGEST_CHECK|EXTRA_DATA|DATA_|CCS_|GOT_A_FIN|NOT_ON_RECORD|MIXED|APP)|LENGTH|MISMATCH/;

/** The rest may be what this host's OpenSSL does not know or will not do. */
const NOT_UNDERSTOOD: Told = {
  failureSource: "agent",
  code: "tls_failed",
  message: "TLS with the target failed in a way that this agent does not understand.",
};

const SYSTEM: Record<string, Told> = {
  ECONNRESET: RESET,
  EPIPE: RESET,
  ETIMEDOUT: {
    failureSource: "path",
    code: "timeout",
    message: "The connection went silent during the TLS handshake.",
  },
  EHOSTUNREACH: {
    failureSource: "path",
    code: "unreachable",
    message: "The way to the target broke off during the TLS handshake.",
  },
};

/** What an error of OpenSSL means, at any time of a connection; undefined if the error is another's. */
export function toldByTls(error: unknown): Told | undefined {
  const [, reason] = /^ERR_(?:SSL|OSSL)_(.+)$/.exec(codeOf(error)) ?? [];
  if (reason === undefined) return undefined;
  const alert = alertOf(reason);
  if (alert) return target(alert.code, alert.message);
  if (isOfEncoding(error)) return UNREADABLE;
  return REASONS[reason] ?? (AGAINST_RULES.test(reason) ? BROKEN : NOT_UNDERSTOOD);
}

/** Certificates alone are written in ASN.1. */
function isOfEncoding(error: unknown) {
  return error instanceof Error && "library" in error && error.library === "asn1 encoding routines";
}

/** A handshake that failed. Where Node tells of an orderly close, no system call is named. */
export function tlsFailure(error: unknown): Failure {
  const told = toldByTls(error) ?? (isClose(error) ? CLOSED : SYSTEM[codeOf(error)]);
  const { failureSource, code, message } = told ?? NOT_UNDERSTOOD;
  return failure(failureSource, "tls", code, message);
}

/** Time ran out before the handshake was done. */
export function tlsTimeout(): Failure {
  return failure(
    "target",
    "tls",
    "timeout",
    "The target did not finish the TLS handshake in time.",
  );
}

function isClose(error: unknown) {
  return error instanceof Error && codeOf(error) === "ECONNRESET" && !("syscall" in error);
}
