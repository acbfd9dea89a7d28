import type { DnsRemarkCode } from "@netcheck/wire/remark";

import { wordsOf } from "./dns-edns.ts";
import type { Reading } from "./dns-meaning.ts";
import type { DnsMessage } from "./dns-message.ts";
import type { Step } from "./dns-step.ts";
import { shown } from "./dns-verdict.ts";

/** What is to be said of an answer that was read all the same. */
export type Remark = { code: DnsRemarkCode; message: string };

type Answered = { message: DnsMessage; reading: Reading; step: Step; name: string; type: string };

export function remarksOf({ message, reading, step, name, type }: Answered): Remark[] {
  const zone = message.authority.find((it) => it.type === "NS")?.name ?? ".";
  const said = wordsOf(message.edns);
  return [
    ...aliasRemarks(reading, name, type),
    ...when(reading.meaning === "referral", "referral", `Ask the servers of ${shown(zone)}.`),
    ...when(
      reading.meaning === "lame",
      "lame",
      `This server has no zone for ${name}, and does not ask others.`,
    ),
    ...when(
      reading.strangers > 0,
      "unrelated_records",
      `${reading.strangers} of the records belong to other names than ${name} and its aliases.`,
    ),
    ...when(!message.isWhole, "malformed_message", "Part of the answer could not be understood."),
    ...when(message.flags.tc, "cut_short", "The server says that this is not its whole answer."),
    ...when(!step.ednsSent, "no_edns", "The server answered only when it was asked without EDNS."),
    ...when(said !== "", "extended_error", `The server says: ${said}.`),
  ];
}

function aliasRemarks({ meaning, canonicalName, isCircle }: Reading, name: string, type: string) {
  if (canonicalName === null) return when(isCircle, "alias_loop", `${name} is an alias of itself.`);
  const end = shown(canonicalName);
  if (isCircle) return when(true, "alias_loop", `The aliases of ${name} lead in a circle.`);
  const alias = `${name} is an alias of ${end}, which`;
  return [
    ...when(meaning === "nxdomain", "dangling_alias", `${alias} does not exist.`),
    ...when(meaning === "nodata", "dangling_alias", `${alias} has no ${type} record.`),
    ...when(meaning === "alias", "alias_elsewhere", `${alias} other servers know.`),
  ];
}

function when(isSo: boolean, code: DnsRemarkCode, message: string): Remark[] {
  return isSo ? [{ code, message }] : [];
}
