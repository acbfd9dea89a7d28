import { isIP, type Socket } from "node:net";
import { connect, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";

import { exchangeFailure, timeoutFailure, type Failure } from "./failure.ts";

export type TlsOptions = { host: string; http2: boolean; signal: AbortSignal };

let context: SecureContext | undefined;

/** Speaks TLS over a connected socket, whatever the certificate is worth: that is reported, not required. */
export function startTls(socket: Socket, { host, http2, signal }: TlsOptions) {
  return new Promise<{ socket: TLSSocket } | { failure: Failure }>((resolve) => {
    if (signal.aborted) return resolve({ failure: timeoutFailure("tls") });
    // One for all checks: a context of its own costs each check a parse of every root certificate.
    context ??= createSecureContext();
    const secure = connect({
      socket,
      secureContext: context,
      host,
      ...(isIP(host) === 0 && { servername: host }),
      rejectUnauthorized: false,
      ALPNProtocols: http2 ? ["h2", "http/1.1"] : ["http/1.1"],
    });
    let settled = false;
    const settle = (outcome: { socket: TLSSocket } | { failure: Failure }) => {
      settled = true;
      signal.removeEventListener("abort", expired);
      resolve(outcome);
    };
    const expired = () => settle({ failure: timeoutFailure("tls") });
    signal.addEventListener("abort", expired);
    secure.on("error", (error) => settle({ failure: exchangeFailure("tls", error) }));
    secure.once("close", () => {
      if (!settled) settle({ failure: exchangeFailure("tls", closedEarly()) });
    });
    secure.once("secureConnect", () => settle({ socket: secure }));
  });
}

function closedEarly() {
  return Object.assign(new Error("The target closed the connection during the TLS handshake."), {
    code: "ECONNRESET",
  });
}
