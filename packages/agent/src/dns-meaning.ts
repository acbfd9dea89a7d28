import { formatName } from "@netcheck/wire/dns-name";
import type { Meaning } from "@netcheck/wire/result-word";

import type { DnsMessage } from "./dns-message.ts";
import type { Question } from "./dns-query.ts";
import type { DnsRecord } from "./dns-record.ts";

/** `canonicalName` is where the name's aliases end; null if it is none. */
export type Reading = {
  /** Null where too little of the answer came to say. */
  meaning: Meaning | null;
  canonicalName: string | null;
  isCircle: boolean;
  /** Records of the answer that belong to neither the name nor its aliases. */
  strangers: number;
};

const NXDOMAIN = 3;
const REFUSED = 5;
const NOTAUTH = 9;
const NOT_AUTHORITATIVE = 20;

export function readMeaning(message: DnsMessage, question: Question): Reading {
  const name = formatName(question.labels).toLowerCase();
  const follows = question.type !== "CNAME" && question.type !== "ANY";
  const { names, isCircle } = follows
    ? followAliases(message.answers, name)
    : { names: [name], isCircle: false };
  const end = names.at(-1) ?? name;
  return {
    meaning: meaningOf(message, question.type, { end, isAlias: names.length > 1, isCircle }),
    canonicalName: names.length > 1 ? end : null,
    isCircle,
    strangers: message.answers.filter((it) => !isBelow(it, names)).length,
  };
}

/** A DNAME stands above the names that it renames (RFC 6672, 2.2). */
function isBelow({ name, type }: DnsRecord, names: readonly string[]) {
  const owner = name.toLowerCase();
  return names.some((it) => it === owner || (type !== "CNAME" && it.endsWith(`.${owner}`)));
}

/** The name and its aliases in turn, until one has none or leads back. */
function followAliases(answers: readonly DnsRecord[], name: string) {
  const targets = new Map(
    answers
      .filter(({ type }) => type === "CNAME")
      .map((it) => [it.name.toLowerCase(), it.value.toLowerCase()]),
  );
  const names = new Set([name]);
  for (let next = targets.get(name); next !== undefined; next = targets.get(next)) {
    if (names.has(next)) return { names: [...names], isCircle: true };
    names.add(next);
  }
  return { names: [...names], isCircle: false };
}

type Way = { end: string; isAlias: boolean; isCircle: boolean };

function meaningOf(
  { statusCode, flags, edns, answers, authority }: DnsMessage,
  type: string,
  way: Way,
) {
  const says = edns?.extendedErrors.map(({ code }) => code) ?? [];
  if (statusCode === NXDOMAIN) return "nxdomain";
  if (statusCode === NOTAUTH || (statusCode !== 0 && says.includes(NOT_AUTHORITATIVE)))
    return "lame";
  if (statusCode === REFUSED) return flags.ra ? "refused" : "lame";
  if (statusCode !== 0) return "error";
  const isAsked = (it: DnsRecord) => type === "ANY" || it.type === type;
  if (answers.some((it) => it.name.toLowerCase() === way.end && isAsked(it))) return "answer";
  if (way.isCircle) return "alias";
  if (flags.tc) return null;
  return withoutRecords(flags, authority, way);
}

function withoutRecords(
  { aa, ra }: DnsMessage["flags"],
  authority: readonly DnsRecord[],
  { end, isAlias }: Way,
) {
  if (authority.some(({ type }) => type === "SOA")) return "nodata";
  const referral = authority.find(({ type }) => type === "NS");
  if (referral && (!aa || isAlias)) return isDownwards(referral.name, end) ? "referral" : "lame";
  if (ra) return "nodata";
  if (isAlias) return "alias";
  return aa ? "nodata" : "lame";
}

/** To the root or to a zone beside the name nobody refers who knows the way. */
function isDownwards(zone: string, name: string) {
  const owner = zone.toLowerCase();
  return name === owner || name.endsWith(`.${owner}`);
}
