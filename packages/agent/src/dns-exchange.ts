import { isIP, isIPv6 } from "node:net";

import type { AllowList } from "@netcheck/wire/address";

import { openSocket } from "./dial.ts";
import { encodeQuery, readAnswer, type DnsMessage, type Query } from "./dns-message.ts";
import { failure, resolverFailure, timeoutFailure, type Failure } from "./failure.ts";
import type { Network } from "./network.ts";
import { messageOf } from "./text.ts";

/** A resolver whose address was judged already. */
export type Server = { address: string; port: number };

export type Asked = { message: DnsMessage } | { failure: Failure };

type Options = { signal: AbortSignal; network: Network };

/** Asks once over UDP; what does not answer this very query is passed over until `signal` fires. */
export function askUdp({ address, port }: Server, query: Query, { signal, network }: Options) {
  return new Promise<Asked>((resolve) => {
    if (signal.aborted) return resolve({ failure: timeoutFailure("dns") });
    const socket = network.openUdp(isIPv6(address) ? 6 : 4);
    let settled = false;
    const settle = (asked: Asked) => {
      if (settled) return;
      settled = true;
      signal.removeEventListener("abort", expired);
      socket.close();
      resolve(asked);
    };
    const expired = () => settle({ failure: timeoutFailure("dns") });
    signal.addEventListener("abort", expired);
    socket.on("error", (error) => settle({ failure: resolverFailure(error) }));
    socket.on("message", (bytes) => {
      const asked = read(bytes, query);
      if (asked) settle(asked);
    });
    // Connected: the kernel drops what comes from anyone else, and tells of a closed port.
    socket.connect(port, address, () => {
      if (settled) return;
      socket.send(encodeQuery(query), (error) => {
        if (error) settle({ failure: resolverFailure(error) });
      });
    });
  });
}

/** Asks over TCP (RFC 7766): a length of two bytes before each message. */
export async function askTcp(
  { address, port }: Server,
  query: Query,
  { signal, network, allow }: Options & { allow: AllowList },
): Promise<Asked> {
  const dialled = await openSocket(address, port, { allow, signal, network });
  if ("failure" in dialled) return { failure: asResolver(dialled.failure) };
  const { socket } = dialled;
  return await new Promise<Asked>((resolve) => {
    let received = Buffer.alloc(0);
    const settle = (asked: Asked) => {
      signal.removeEventListener("abort", expired);
      socket.destroy();
      resolve(asked);
    };
    const expired = () => settle({ failure: timeoutFailure("dns") });
    if (signal.aborted) return expired();
    signal.addEventListener("abort", expired);
    socket.on("error", (error) => settle({ failure: resolverFailure(error) }));
    socket.once("close", () => settle(bad("The resolver closed the connection early.")));
    socket.on("data", (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (received.length < 2) return;
      const end = 2 + received.readUInt16BE(0);
      if (received.length < end) return;
      const message = received.subarray(2, end);
      settle(read(message, query) ?? bad("The resolver answered something else."));
    });
    const bytes = encodeQuery(query);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    socket.write(Buffer.concat([length, bytes]));
  });
}

function read(bytes: Buffer, query: Query): Asked | undefined {
  try {
    const message = readAnswer(bytes, query);
    return message && { message };
  } catch (error) {
    return bad(`The resolver's answer is no DNS message: ${messageOf(error)}`);
  }
}

function bad(message: string): Asked {
  return { failure: failure("resolver", "dns", "bad_answer", message) };
}

function asResolver(failed: Failure): Failure {
  if (failed.failedPhase === "policy") return failed;
  const own = failed.failureSource === "target" || failed.error.code === "timeout";
  return { ...failed, failedPhase: "dns", failureSource: own ? "resolver" : failed.failureSource };
}

/** Reads `address`, `address:port` or `[address]:port`, as the system lists its resolvers. */
export function readServer(text: string): Server | undefined {
  const [, bracketed, tail] = /^\[(.*)\](?::(\d+))?$/.exec(text) ?? [];
  const [, plain, port] = /^([\d.]+):(\d+)$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? text;
  return isIP(address) ? { address, port: Number(tail ?? port ?? 53) } : undefined;
}
