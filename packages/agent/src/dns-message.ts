import { type Answer, decode, encode, RECURSION_DESIRED } from "dns-packet";

import { checkLayout } from "./dns-layout.ts";
import { typeName, valueOf } from "./dns-value.ts";
import { cleanText } from "./text.ts";

export type Query = { id: number; name: string; type: string };

/** A record in presentation form (RFC 1035, 5.1), names with their last dot. */
export type DnsRecord = { name: string; type: string; ttl: number; class: string; value: string };

export type DnsMessage = {
  statusCode: number;
  statusCodeName: string;
  /** The resolver had more to say than UDP holds. */
  tooLong: boolean;
  answers: DnsRecord[];
  /** There were more answers than are kept, or than the resolver said. */
  truncated: boolean;
};

export const MAX_ANSWERS = 100;
const MAX_NAME_CHARS = 1_024;
const MAX_VALUE_CHARS = 4_096;
/** Not fragmented on any usual path (DNS flag day 2020). */
const UDP_PAYLOAD_BYTES = 1_232;
const HEADER_BYTES = 12;

const STATUS_NAMES = [
  "NOERROR",
  "FORMERR",
  "SERVFAIL",
  "NXDOMAIN",
  "NOTIMP",
  "REFUSED",
  "YXDOMAIN",
  "YXRRSET",
  "NXRRSET",
  "NOTAUTH",
  "NOTZONE",
];

/** The bytes of a query with recursion desired and EDNS(0). */
export function encodeQuery({ id, name, type }: Query) {
  const bytes = encode({
    type: "query",
    id,
    flags: RECURSION_DESIRED,
    // SVCB and HTTPS are asked for as A and numbered below: the library has no names for them.
    questions: [{ name, type: "A" }],
    additionals: [
      {
        type: "OPT",
        name: ".",
        udpPayloadSize: UDP_PAYLOAD_BYTES,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  });
  bytes.writeUInt16BE(TYPE_NUMBERS[type] ?? 1, HEADER_BYTES + encodedLength(name));
  return bytes;
}

function encodedLength(name: string) {
  return name === "." ? 1 : name.replace(/\.$/, "").length + 2;
}

const TYPE_NUMBERS: Record<string, number> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  DS: 43,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  SVCB: 64,
  HTTPS: 65,
  ANY: 255,
};

/**
 * Reads the answer to a query; undefined if the bytes answer something else, as a forged or late
 * packet does. Throws if they are no DNS message. Only the question and the first answers are
 * decoded: what else a stranger packs in costs nothing.
 */
export function readAnswer(bytes: Buffer, query: Query): DnsMessage | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readUInt16BE(0) !== query.id) return undefined;
  const flags = bytes.readUInt16BE(2);
  if ((flags & 0x8000) === 0) return undefined;
  const statusCode = flags & 0xf;
  const tooLong = (flags & 0x0200) !== 0;
  const asked = bytes.readUInt16BE(4);
  const answered = bytes.readUInt16BE(6);
  if (asked > 1) throw new Error("More than one question.");
  const head = Buffer.from(bytes);
  head.writeUInt16BE(tooLong ? 0 : Math.min(answered, MAX_ANSWERS), 6);
  head.writeUInt32BE(0, 8);
  checkLayout(head);
  const { questions = [], answers = [] } = decode(head);
  const [question] = questions;
  // Without a question only a refusal can be believed, as of a server that did not read so far.
  if (question ? !isSame(question, query) : statusCode === 0) return undefined;
  return {
    statusCode,
    statusCodeName: STATUS_NAMES[statusCode] ?? `RCODE${statusCode}`,
    tooLong,
    answers: answers.flatMap((answer) => recordOf(answer)),
    truncated: tooLong || answered > MAX_ANSWERS,
  };
}

function isSame(question: { name: string; type: string }, { name, type }: Query) {
  return absolute(question.name) === absolute(name) && typeName(question.type) === type;
}

function absolute(name: string) {
  return name.toLowerCase().replace(/\.?$/, ".");
}

function recordOf(answer: Answer): DnsRecord[] {
  if (answer.type === "OPT") return [];
  const name = cleanText(answer.name.replace(/\.?$/, "."), MAX_NAME_CHARS);
  const value = cleanText(valueOf(answer), MAX_VALUE_CHARS);
  const { ttl = 0, class: kind = "IN" } = answer;
  return [{ name, type: typeName(answer.type), ttl, class: cleanText(String(kind), 32), value }];
}
