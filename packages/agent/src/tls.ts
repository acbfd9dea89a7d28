import { constants } from "node:crypto";
import type { Socket } from "node:net";
import { connect, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";

import type { Failure } from "./failure.ts";
import { tlsFailure, tlsTimeout } from "./tls-failure.ts";
import { isNamed, serverNameOf, tlsHost } from "./tls-name.ts";

export type TlsOptions = { host: string; http2: boolean; signal: AbortSignal };

let context: SecureContext | undefined;

/** Speaks TLS over a connected socket, whatever the certificate is worth: that is reported, not required. */
export function startTls(socket: Socket, { host, http2, signal }: TlsOptions) {
  return new Promise<{ socket: TLSSocket } | { failure: Failure }>((resolve) => {
    if (signal.aborted) return resolve({ failure: tlsTimeout() });
    // One for all checks: a context of its own costs each check a parse of every root certificate.
    // This end never renegotiates, so a target that cannot do so safely (RFC 5746) is read all the same.
    context ??= createSecureContext({ secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT });
    const servername = serverNameOf(host);
    const secure = connect({
      socket,
      secureContext: context,
      host: tlsHost(host),
      ...(servername !== undefined && { servername }),
      rejectUnauthorized: false,
      checkServerIdentity: (_, certificate) =>
        isNamed(host, certificate) ? undefined : wrongName(),
      ALPNProtocols: http2 ? ["h2", "http/1.1"] : ["http/1.1"],
    });
    let settled = false;
    const settle = (outcome: { socket: TLSSocket } | { failure: Failure }) => {
      settled = true;
      signal.removeEventListener("abort", expired);
      resolve(outcome);
    };
    const expired = () => settle({ failure: tlsTimeout() });
    signal.addEventListener("abort", expired);
    secure.on("error", (error) => settle({ failure: tlsFailure(error) }));
    secure.once("close", () => {
      if (!settled) settle({ failure: tlsFailure(closedEarly()) });
    });
    secure.once("secureConnect", () => settle({ socket: secure }));
  });
}

function closedEarly() {
  return Object.assign(new Error("closed during the handshake"), { code: "ECONNRESET" });
}

function wrongName() {
  return Object.assign(new Error("not for this host"), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
}
