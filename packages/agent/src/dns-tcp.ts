import type { Socket } from "node:net";

import type { AllowList } from "@netcheck/wire/address";

import { openSocket } from "./dial.ts";
import {
  badAnswer,
  silentFailure,
  toldFailure,
  undialledFailure,
  unsentFailure,
} from "./dns-failure.ts";
import { encodeQuery, type Query } from "./dns-query.ts";
import type { Asked, Server } from "./dns-server.ts";
import { read } from "./dns-udp.ts";
import type { Network } from "./network.ts";

type Options = { signal: AbortSignal; network: Network; allow: AllowList };

/** Asks over TCP (RFC 7766): a length of two bytes before each message. */
export async function askTcp(server: Server, query: Query, options: Options): Promise<Asked> {
  try {
    const dialled = await openSocket(server.address, server.port, options);
    if ("failure" in dialled) return { failure: undialledFailure(server, dialled.failure) };
    const { socket } = dialled;
    return await exchange(socket, server, query, options.signal).finally(() => socket.destroy());
  } catch (error) {
    return { failure: unsentFailure(server, error) };
  }
}

function exchange(socket: Socket, server: Server, query: Query, signal: AbortSignal) {
  return new Promise<Asked>((resolve) => {
    const chunks: Buffer[] = [];
    let received = 0;
    const expired = () => resolve({ failure: silentFailure(server) });
    if (signal.aborted) return expired();
    signal.addEventListener("abort", expired);
    socket.on("error", (error) => resolve({ failure: toldFailure(server, error) }));
    socket.once("close", () => {
      signal.removeEventListener("abort", expired);
      resolve({ failure: badAnswer("The resolver hung up in the midst of its answer.") });
    });
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      received += chunk.length;
      const end = endOf(chunks);
      if (end === undefined || received < end) return;
      const message = Buffer.concat(chunks).subarray(2, end);
      resolve(
        read(message, query) ?? { failure: badAnswer("The resolver answered something else.") },
      );
    });
    const bytes = encodeQuery(query);
    socket.write(Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes]));
  });
}

/** Where the first message ends, once its length has come. */
function endOf([first, second]: readonly Buffer[]) {
  const high = first?.[0];
  const low = first?.[1] ?? second?.[0];
  return high === undefined || low === undefined ? undefined : 2 + high * 256 + low;
}
