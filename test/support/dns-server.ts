import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type AddressInfo, isIPv6 } from "node:net";

import { type Answer, AUTHORITATIVE_ANSWER, decode, encode, TRUNCATED_RESPONSE } from "dns-packet";

export type Question = { name: string; type: string; via: "UDP" | "TCP" };

/** What a scripted resolver does: nothing, bytes as they are, or a message. */
export type Reply =
  | "silence"
  | { bytes: Buffer }
  | { statusCode?: number; answers?: Answer[]; tooLong?: boolean; name?: string };

export type DnsServer = { port: number; asked: Question[]; close(): void };

/** A resolver that answers by script, over UDP and TCP on one port. */
export async function startDnsServer(
  script: (question: Question) => Reply,
  { host = "127.0.0.1", port = 0 } = {},
): Promise<DnsServer> {
  const asked: Question[] = [];
  const answer = (bytes: Buffer, via: Question["via"]) => {
    const { id = 0, questions = [] } = decode(bytes);
    const [first] = questions;
    if (!first) return undefined;
    const question = { name: first.name, type: first.type, via };
    asked.push(question);
    const reply = script(question);
    if (reply === "silence") return undefined;
    if ("bytes" in reply) return reply.bytes;
    const flags =
      AUTHORITATIVE_ANSWER | (reply.statusCode ?? 0) | (reply.tooLong ? TRUNCATED_RESPONSE : 0);
    const { answers = [], name = first.name } = reply;
    return encode({ type: "response", id, flags, questions: [{ ...first, name }], answers });
  };

  const tcp = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", (bytes) => {
      const said = answer(bytes.subarray(2), "TCP");
      if (!said) return;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(said.length);
      socket.end(Buffer.concat([length, said]));
    });
  });
  tcp.listen(port, host);
  await once(tcp, "listening");
  const bound = (tcp.address() as AddressInfo).port;
  const udp = createSocket(isIPv6(host) ? "udp6" : "udp4");
  udp.on("error", () => undefined);
  udp.on("message", (bytes, { port: from, address }) => {
    const said = answer(bytes, "UDP");
    if (said) udp.send(said, from, address);
  });
  udp.bind(bound, host);
  await once(udp, "listening");
  return {
    port: bound,
    asked,
    close: () => {
      udp.close();
      tcp.close();
    },
  };
}
