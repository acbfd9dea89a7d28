import { formatName } from "@netcheck/wire/dns-name";

import { readOpt, readOptions, type Edns } from "./dns-edns.ts";
import type { Query } from "./dns-query.ts";
import { BadData, NoMessage, readerOf, type Reader } from "./dns-reader.ts";
import { emptySection, findOpt, readSection, type DnsRecord } from "./dns-record.ts";
import { CLASS_IN, statusName, typeNumber } from "./dns-registry.ts";

/** Of the header (RFC 1035, 4.1.1; RFC 4035, 3.1.6 and 3.2.2). */
export type Flags = Record<"aa" | "tc" | "rd" | "ra" | "ad" | "cd", boolean>;

export type DnsMessage = {
  /** With the upper bits that EDNS adds. */
  statusCode: number;
  statusCodeName: string;
  flags: Flags;
  edns: Edns | null;
  answers: DnsRecord[];
  authority: DnsRecord[];
  /** There was more in the answer than is kept. */
  isCut: boolean;
  /** All was read, and each record was what its type says. */
  isWhole: boolean;
};

export const MAX_ANSWERS = 100;
const MAX_AUTHORITY = 20;
const HEADER_BYTES = 12;

/**
 * Reads the answer to a query; undefined if the bytes answer something else, as a forged or late
 * packet does. Throws if they are no DNS message. What comes after the answers is of use but not
 * needed, and neither is the end of answers which say themselves that they were cut.
 */
export function readAnswer(bytes: Buffer, query: Query): DnsMessage | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readUInt16BE(0) !== query.id) return undefined;
  const word = bytes.readUInt16BE(2);
  if ((word & 0x8000) === 0) return undefined;
  const message = readerOf(bytes, HEADER_BYTES);
  const [asked, answered, authorities, additionals] = countsOf(bytes);
  if (asked > 1) throw new NoMessage("More than one question.");
  // Without a question only a refusal can be believed, as of a server that did not read so far.
  if (asked ? !isSame(message, query) : (word & 0xf) === 0) return undefined;
  const flags = flagsOf(word);
  const [answers, authority] = [emptySection(), emptySection()];
  const readAnswers = () => readSection(message, answered, MAX_ANSWERS, answers);
  if (flags.tc) attempt(readAnswers);
  else readAnswers();
  const rest = attempt(() => {
    readSection(message, authorities, MAX_AUTHORITY, authority);
    return ednsOf(message, additionals);
  });
  const statusCode = ((rest?.highBits ?? 0) << 4) | (word & 0xf);
  return {
    statusCode,
    statusCodeName: statusName(statusCode),
    flags,
    edns: rest?.edns ?? null,
    answers: answers.records,
    authority: authority.records,
    isCut: answers.isCut,
    isWhole: flags.tc || Boolean(rest?.isWhole && answers.isWhole && authority.isWhole),
  };
}

function countsOf(bytes: Buffer) {
  const at = (offset: number) => bytes.readUInt16BE(offset);
  return [at(4), at(6), at(8), at(10)] as const;
}

function flagsOf(word: number): Flags {
  const has = (bit: number) => (word & bit) !== 0;
  return {
    aa: has(0x400),
    tc: has(0x200),
    rd: has(0x100),
    ra: has(0x80),
    ad: has(0x20),
    cd: has(0x10),
  };
}

function isSame(message: Reader, { labels, type }: Query) {
  const name = formatName(message.name());
  const [number, kind] = [message.u16(), message.u16()];
  const isName = name.toLowerCase() === formatName(labels).toLowerCase();
  return isName && number === typeNumber(type) && kind === CLASS_IN;
}

/** What EDNS says: `highBits` stand before the four of the header's code. */
function ednsOf(message: Reader, additionals: number) {
  const opt = findOpt(message, additionals);
  if (!opt) return { edns: null, highBits: 0, isWhole: true };
  const edns = readOpt(opt.udpPayloadBytes, opt.ttl);
  const isWhole = attempt(() => readOptions(edns, opt.data)) === edns;
  return { edns, highBits: opt.ttl >>> 24, isWhole };
}

/** What was read, or undefined where the bytes do not hold it. */
function attempt<T>(read: () => T) {
  try {
    return read();
  } catch (error) {
    if (error instanceof NoMessage || error instanceof BadData) return undefined;
    throw error;
  }
}
