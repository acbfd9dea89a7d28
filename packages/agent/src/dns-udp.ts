import type { Socket } from "node:dgram";
import { isIPv6 } from "node:net";

import { badAnswer, silentFailure, toldFailure, unsentFailure } from "./dns-failure.ts";
import { readAnswer } from "./dns-message.ts";
import { encodeQuery, type Query } from "./dns-query.ts";
import type { Asked, Server } from "./dns-server.ts";
import type { Network } from "./network.ts";
import { messageOf } from "./text.ts";

type Options = { signal: AbortSignal; network: Network };

/** Asks once over UDP; what does not answer this very query is passed over until `signal` fires. */
export async function askUdp(
  server: Server,
  query: Query,
  { signal, network }: Options,
): Promise<Asked> {
  if (signal.aborted) return { failure: silentFailure(server) };
  const over = new AbortController();
  try {
    const socket = network.openUdp(isIPv6(server.address) ? 6 : 4);
    over.signal.addEventListener("abort", () => close(socket));
    return await exchange(socket, server, query, AbortSignal.any([signal, over.signal]));
  } catch (error) {
    return { failure: unsentFailure(server, error) };
  } finally {
    over.abort();
  }
}

function exchange(socket: Socket, server: Server, query: Query, signal: AbortSignal) {
  return new Promise<Asked>((resolve) => {
    const bytes = encodeQuery(query);
    let isSent = false;
    let strangers = 0;
    const unsent = (error: unknown) => resolve({ failure: unsentFailure(server, error) });
    signal.addEventListener("abort", () => resolve(unanswered(server, strangers)));
    socket.on("error", (error) =>
      isSent ? resolve({ failure: toldFailure(server, error) }) : unsent(error),
    );
    socket.on("message", (received) => {
      const asked = read(received, query);
      if (asked) resolve(asked);
      else strangers += 1;
    });
    // The event, not the callback, which is called with an error as well.
    socket.once("connect", () => {
      isSent = true;
      try {
        socket.send(bytes, (error) => error && unsent(error));
      } catch (error) {
        unsent(error);
      }
    });
    // Connected: the kernel drops what comes from anyone else, and tells of a closed port.
    socket.connect(server.port, server.address);
  });
}

function unanswered(server: Server, strangers: number): Asked {
  if (strangers === 0) return { failure: silentFailure(server) };
  const what = strangers === 1 ? "An answer" : `${strangers} answers`;
  return { failure: badAnswer(`${what} came from the resolver, but not to this question.`) };
}

/** What came of these bytes; undefined if they answer something else. */
export function read(bytes: Buffer, query: Query): Asked | undefined {
  try {
    const message = readAnswer(bytes, query);
    return message && { message };
  } catch (error) {
    return { failure: badAnswer(`The resolver's answer is no DNS message: ${messageOf(error)}`) };
  }
}

/** One that was never bound throws. */
function close(socket: Socket) {
  try {
    socket.close();
  } catch {
    return;
  }
}
