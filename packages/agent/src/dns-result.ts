import type { EndedBy, Meaning } from "@netcheck/wire/result-word";

import type { Edns } from "./dns-edns.ts";
import type { DnsMessage, Flags } from "./dns-message.ts";
import type { DnsRecord } from "./dns-record.ts";
import type { Remark } from "./dns-remark.ts";
import type { Protocol, Step } from "./dns-step.ts";

/** What the check has learnt; `resolver` and `protocol` are those that the answer came by. */
export type DnsResult = {
  statusCode: number | null;
  statusCodeName: string | null;
  meaning: Meaning | null;
  /** Where the name's aliases end. */
  canonicalName: string | null;
  resolver: string | null;
  protocol: Protocol;
  flags: Flags | null;
  edns: Edns | null;
  answers: DnsRecord[];
  authority: DnsRecord[];
  /** Not all that belongs to the answer is here. */
  truncated: boolean;
  remarks: Remark[];
  endedBy: EndedBy | null;
  timings: { total: number | null };
  steps: Step[];
};

export function emptyResult(protocol: Protocol): DnsResult {
  return {
    statusCode: null,
    statusCodeName: null,
    meaning: null,
    canonicalName: null,
    resolver: null,
    protocol,
    flags: null,
    edns: null,
    answers: [],
    authority: [],
    truncated: false,
    remarks: [],
    endedBy: null,
    timings: { total: null },
    steps: [],
  };
}

export function keepMessage(result: DnsResult, message: DnsMessage) {
  const { statusCode, statusCodeName, flags, edns, answers, authority, isCut } = message;
  const truncated = flags.tc || isCut;
  const kept = { statusCode, statusCodeName, flags, edns, answers, authority, truncated };
  Object.assign(result, kept satisfies Partial<DnsResult>);
  if (isCut) result.endedBy = "answer_limit";
}
