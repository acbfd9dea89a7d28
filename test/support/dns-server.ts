import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer, type AddressInfo, isIPv6 } from "node:net";

import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  RECURSION_AVAILABLE,
  TRUNCATED_RESPONSE,
} from "dns-packet";

export type Question = { name: string; type: string; via: "UDP" | "TCP"; edns: boolean };

type Message = {
  /** By UDP. */
  delayMs?: number;
  /** Of what EDNS adds to it, only with `edns`. */
  statusCode?: number;
  answers?: Answer[];
  authorities?: Answer[];
  tooLong?: boolean;
  name?: string;
  /** A resolver and no authority. */
  recursive?: boolean;
  /** Neither of them. */
  lame?: boolean;
  /** An OPT record, with Extended DNS Errors as they are numbered. */
  edns?: readonly (readonly [code: number, text: string])[];
  /** What becomes of its bytes before they are sent. */
  spoil?(bytes: Buffer): Buffer;
};

/** What a scripted resolver does: nothing, hang up, bytes as they are, or a message. */
export type Reply = "silence" | "hangup" | { bytes: Buffer } | Message;

export type DnsServer = { port: number; asked: Question[]; close(): void };

/** A resolver that answers by script, over UDP and TCP on one port. */
export async function startDnsServer(
  script: (question: Question) => Reply,
  { host = "127.0.0.1", port = 0 } = {},
): Promise<DnsServer> {
  const asked: Question[] = [];
  const answer = (bytes: Buffer, via: Question["via"]) => {
    const { id = 0, questions = [], additionals = [] } = decode(bytes);
    const [first] = questions;
    if (!first) return "silence";
    const edns = additionals.some(({ type }) => type === "OPT");
    const question = { name: first.name, type: first.type, via, edns };
    asked.push(question);
    const reply = script(question);
    if (typeof reply === "string") return reply;
    if ("bytes" in reply) return { said: reply.bytes, delayMs: 0 };
    const { answers = [], authorities = [], name = first.name, delayMs = 0 } = reply;
    const plain = encode({
      type: "response",
      id,
      flags: flagsOf(reply),
      questions: [{ ...first, name }],
      answers,
      authorities,
    });
    const highBits = (reply.statusCode ?? 0) >> 4;
    const said = reply.edns ? addOpt(plain, { highBits, options: optionsOf(reply) }) : plain;
    return { said: reply.spoil?.(said) ?? said, delayMs };
  };

  const tcp = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", (bytes) => {
      const reply = answer(bytes.subarray(2), "TCP");
      if (reply === "silence") return;
      if (reply === "hangup") return void socket.destroy();
      const { said } = reply;
      const length = Buffer.alloc(2);
      length.writeUInt16BE(said.length);
      socket.end(Buffer.concat([length, said]));
    });
  });
  tcp.listen(port, host);
  await once(tcp, "listening");
  const bound = (tcp.address() as AddressInfo).port;
  const late = new Set<NodeJS.Timeout>();
  const udp = createSocket(isIPv6(host) ? "udp6" : "udp4");
  udp.on("error", () => undefined);
  udp.on("message", (bytes, { port: from, address }) => {
    const reply = answer(bytes, "UDP");
    if (typeof reply === "string") return;
    const { said, delayMs } = reply;
    if (delayMs === 0) udp.send(said, from, address);
    else late.add(setTimeout(() => udp.send(said, from, address), delayMs));
  });
  udp.bind(bound, host);
  await once(udp, "listening");
  return {
    port: bound,
    asked,
    close: () => {
      late.forEach(clearTimeout);
      udp.close();
      tcp.close();
    },
  };
}

function flagsOf({ statusCode = 0, tooLong, recursive, lame }: Message) {
  const kind = recursive ? RECURSION_AVAILABLE : AUTHORITATIVE_ANSWER;
  return (lame ? 0 : kind) | (statusCode & 0xf) | (tooLong ? TRUNCATED_RESPONSE : 0);
}

type Opt = {
  highBits?: number;
  flags?: number;
  options?: readonly (readonly [code: number, data: Buffer])[];
};

/** The message with an OPT record that holds these options, which the library does not know. */
export function addOpt(message: Buffer, { highBits = 0, flags = 0, options = [] }: Opt) {
  const data = Buffer.concat(
    options.map(([code, value]) => Buffer.concat([words(code, value.length), value])),
  );
  const bytes = Buffer.concat([
    message,
    Buffer.of(0),
    words(41, 512, highBits << 8, flags, data.length),
    data,
  ]);
  bytes.writeUInt16BE(bytes.readUInt16BE(10) + 1, 10);
  return bytes;
}

function optionsOf({ edns = [] }: Message) {
  return edns.map(([code, text]) => [15, Buffer.concat([words(code), Buffer.from(text)])] as const);
}

function words(...numbers: readonly number[]) {
  return Buffer.concat(numbers.map((it) => Buffer.of(it >> 8, it & 0xff)));
}
