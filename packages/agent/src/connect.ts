import type { Socket } from "node:net";

import { type AllowList, isAddressAllowed } from "@netcheck/wire/address";

import { ledElsewhere, silent, unconnected, type Unconnected } from "./connect-failure.ts";
import type { Network } from "./network.ts";
import { isSystemCode } from "./system-code.ts";
import { codeOf } from "./text.ts";

export type Connected = { socket: Socket } | Unconnected;

type Options = { allow: AllowList; signal: AbortSignal; network: Network };

/** Connects to an address that was judged; `allow` judges the peer if it is another one. */
export function openSocket(address: string, port: number, { allow, signal, network }: Options) {
  const place = `${address} port ${port}`;
  return new Promise<Connected>((resolve) => {
    if (signal.aborted) return resolve(silent(place));
    const socket = begin(network, address, port);
    if (!("destroy" in socket)) return resolve(unconnected(place, socket.code, true));
    const settle = (connected: Connected) => {
      signal.removeEventListener("abort", expired);
      if ("failure" in connected) socket.destroy();
      resolve(connected);
    };
    const expired = () => settle(silent(place));
    signal.addEventListener("abort", expired);
    let isAtOnce = false;
    // Queued behind Node's own call of connect(2), which destroys the socket if that fails.
    process.nextTick(() => (isAtOnce = socket.destroyed));
    // Stays for the socket's life: an error after this phase is told by whoever reads then.
    socket.on("error", (error) => settle(unconnected(place, codeOf(error), isAtOnce)));
    socket.once("connect", () => {
      const peer = socket.remoteAddress ?? "";
      if (peer !== address && !isAddressAllowed(peer, allow)) return settle(ledElsewhere(address));
      settle(isSelfConnected(socket) ? unconnected(place, "ECONNREFUSED", false) : { socket });
    });
  });
}

function begin(network: Network, address: string, port: number) {
  try {
    return network.connect(address, port);
  } catch (error) {
    const code = codeOf(error);
    // Anything else is a fault of this program, which must not pass for one of its host.
    if (!isSystemCode(code)) throw error;
    return { code };
  }
}

/** A closed loopback port of the ephemeral range may be given to the dialling socket itself (RFC 9293, 3.5). */
function isSelfConnected(socket: Socket) {
  return socket.localPort === socket.remotePort && socket.localAddress === socket.remoteAddress;
}
