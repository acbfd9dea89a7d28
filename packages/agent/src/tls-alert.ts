import type { FailureCode } from "@netcheck/wire/failure";

/** What the target said no with, and what that means to a person. */
type Alert = { code: FailureCode<"tls">; message: string };

const REFUSED: Alert = {
  code: "tls_refused",
  message:
    "The target refused the TLS handshake: it has no cipher in common with this agent, or it wants a certificate of its visitors.",
};

const CERTIFICATE_REQUIRED: Alert = {
  code: "certificate_required",
  message: "The target wants a certificate of its visitors, and this agent has none.",
};

/** By their names in RFC 8446, 6. This agent shows no certificate, so each complaint about one means that. */
const ALERTS: Record<string, Alert> = {
  HANDSHAKE_FAILURE: REFUSED,
  INSUFFICIENT_SECURITY: REFUSED,
  PROTOCOL_VERSION: {
    code: "tls_version",
    message: "The target speaks neither TLS 1.2 nor TLS 1.3, but something older.",
  },
  UNRECOGNIZED_NAME: {
    code: "unknown_name",
    message: "The target says over TLS that it has no site of this name.",
  },
  NO_APPLICATION_PROTOCOL: {
    code: "no_common_protocol",
    message: "The target speaks TLS, but for another protocol than HTTP.",
  },
  INTERNAL_ERROR: {
    code: "tls_refused",
    message: "The target ended TLS because of an error of its own.",
  },
  CERTIFICATE_REQUIRED,
  NO_CERTIFICATE: CERTIFICATE_REQUIRED,
  BAD_CERTIFICATE: CERTIFICATE_REQUIRED,
  UNSUPPORTED_CERTIFICATE: CERTIFICATE_REQUIRED,
  CERTIFICATE_UNKNOWN: CERTIFICATE_REQUIRED,
  UNKNOWN_CA: CERTIFICATE_REQUIRED,
  ACCESS_DENIED: CERTIFICATE_REQUIRED,
};

/** The alert that the target sent, of OpenSSL's code for it; undefined if it is no alert. */
export function alertOf(reason: string): Alert | undefined {
  const [, name] = /^(?:SSL\/TLS|SSLV3|TLSV13?)_(?:ALERT_)?([A-Z_]+)$/.exec(reason) ?? [];
  if (name === undefined) return undefined;
  const said = name.toLowerCase().replaceAll("_", " ");
  return (
    ALERTS[name] ?? {
      code: "tls_refused",
      message: `The target ended TLS with the alert "${said}".`,
    }
  );
}
