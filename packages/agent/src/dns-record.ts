import { formatName } from "@netcheck/wire/dns-name";

import type { Reader } from "./dns-reader.ts";
import { className, OPT_TYPE, typeName } from "./dns-registry.ts";
import { valueOf } from "./dns-value.ts";

/** A record in presentation form (RFC 1035, 5.1), names with their last dot. */
export type DnsRecord = { name: string; type: string; ttl: number; class: string; value: string };

/** Records of one section: `isCut` if more came than is kept, `isWhole` if each is what its type says. */
export type Section = { records: DnsRecord[]; isCut: boolean; isWhole: boolean; chars: number };

/** Of one section: escaped, 64 KiB of bytes would be 256. */
const MAX_SECTION_CHARS = 65_536;
const MAX_VALUE_CHARS = 4_096;

export function emptySection(): Section {
  return { records: [], isCut: false, isWhole: true, chars: 0 };
}

/** Reads a section into `section`, which keeps what came before an error; of more than `max` records the first. */
export function readSection(message: Reader, count: number, max: number, section: Section) {
  section.isCut = count > max;
  for (let i = 0; i < count; i += 1)
    if (i < max) keepRecord(message, section);
    else skipRecord(message);
}

function keepRecord(message: Reader, section: Section) {
  const name = formatName(message.name());
  const { type, kind, ttl, data } = readFrame(message);
  if (type === OPT_TYPE) return;
  const { value, isWhole } = valueOf(type, data);
  section.isWhole &&= isWhole;
  section.isCut ||= value.length > MAX_VALUE_CHARS;
  const kept = value.slice(0, MAX_VALUE_CHARS);
  section.chars += name.length + kept.length;
  if (section.chars > MAX_SECTION_CHARS) section.isCut = true;
  else
    section.records.push({ name, type: typeName(type), ttl, class: className(kind), value: kept });
}

function skipRecord(message: Reader) {
  message.skipName();
  return readFrame(message);
}

function readFrame(message: Reader) {
  const [type, kind, ttl] = [message.u16(), message.u16(), message.u32()];
  return { type, kind, ttl, data: message.part(message.u16()) };
}

/** The OPT record among the additional ones, which are otherwise passed over. */
export function findOpt(message: Reader, count: number) {
  for (let i = 0; i < count; i += 1) {
    const { type, kind, ttl, data } = skipRecord(message);
    if (type === OPT_TYPE) return { udpPayloadBytes: kind, ttl, data };
  }
  return undefined;
}
