import type { Reader } from "./dns-reader.ts";
import { extendedErrorName } from "./dns-registry.ts";
import { cleanText } from "./text.ts";

/** Why a resolver answered as it did, in its own words (RFC 8914). */
export type ExtendedError = { code: number; name: string; text: string };

/** What an answer says by EDNS (RFC 6891). */
export type Edns = {
  version: number;
  udpPayloadBytes: number;
  dnssecOk: boolean;
  extendedErrors: ExtendedError[];
};

const EXTENDED_ERROR_OPTION = 15;
const MAX_EXTENDED_ERRORS = 8;
const MAX_TEXT_CHARS = 256;

/** What the fixed part of an OPT record holds (RFC 6891, 6.1.3). */
export function readOpt(udpPayloadBytes: number, ttl: number): Edns {
  const dnssecOk = (ttl & 0x8000) !== 0;
  return { version: (ttl >>> 16) & 0xff, udpPayloadBytes, dnssecOk, extendedErrors: [] };
}

/** Reads the options into `edns`, which keeps what came before an error. */
export function readOptions(edns: Edns, data: Reader) {
  while (!data.isDone()) {
    const option = data.u16();
    const value = data.part(data.u16());
    if (option !== EXTENDED_ERROR_OPTION || edns.extendedErrors.length === MAX_EXTENDED_ERRORS)
      continue;
    const code = value.u16();
    const text = cleanText(value.rest().toString("utf8").replace(/\0+$/, ""), MAX_TEXT_CHARS);
    edns.extendedErrors.push({ code, name: extendedErrorName(code), text });
  }
  return edns;
}

/** The errors in a line, for people; empty if there are none. */
export function wordsOf(edns: Edns | null) {
  return (edns?.extendedErrors ?? [])
    .map(({ code, name, text }) => (text ? `${name} (${code}): ${text}` : `${name} (${code})`))
    .join("; ");
}
