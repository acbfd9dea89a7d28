import { isIP } from "node:net";

import type { DnsMessage } from "./dns-message.ts";
import type { Failure } from "./failure.ts";

/** A resolver whose address was judged already. */
export type Server = { address: string; port: number };

/** What came of one question that was sent. */
export type Asked = { message: DnsMessage } | { failure: Failure };

/** Reads `address`, `address:port` or `[address]:port`, as the system lists its resolvers. */
export function readServer(text: string): Server | undefined {
  const [, bracketed, tail] = /^\[(.*)\](?::(\d+))?$/.exec(text) ?? [];
  const [, plain, port] = /^([\d.]+):(\d+)$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? text;
  return isIP(address) ? { address, port: Number(tail ?? port ?? 53) } : undefined;
}
