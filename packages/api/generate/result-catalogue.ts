import { FAILURES } from "@netcheck/wire/failure";
import { DNS_REMARKS, HTTP_REMARKS } from "@netcheck/wire/remark";
import { BODY_ERRORS, ENDED_BY, MEANINGS, TRY_OUTCOMES } from "@netcheck/wire/result-word";
import { TLS_FAULTS } from "@netcheck/wire/tls-fault";

import { keyOf } from "./result-example.ts";

/** A code with its words; `whose` fault it is, of a failure. */
export type Entry = { key: string; code: string; whose?: string; words: string };

/** A heading of the page, what stands below it, and its codes. */
export type Chapter = { title: string; about: string; entries: readonly Entry[] };

const PHASES: Record<keyof typeof FAILURES, string> = {
  policy: "May it go there?",
  dns: "Finding the address of a name, or asking a resolver",
  tcp: "Connecting",
  tls: "Agreeing on encryption",
  firstByte: "Waiting for the answer",
  icmp: "Pinging",
  run: "Running the check at all",
};

/** Failures by how far the check came. */
export const FAILURE_CHAPTERS: readonly Chapter[] = Object.entries(PHASES).map(
  ([phase, title]) => ({
    title: `\`${phase}\`: ${title}`,
    about: "",
    entries: Object.entries(FAILURES).flatMap(([of, codes]) =>
      of === phase ? Object.entries(codes).flatMap(([code, it]) => blamesOf(phase, code, it)) : [],
    ),
  }),
);

function blamesOf(phase: string, code: string, blames: Record<string, string>): Entry[] {
  return Object.entries(blames).map(([whose, words]) => ({
    key: keyOf("failure", phase, code, whose),
    code,
    whose,
    words,
  }));
}

/** What a result says besides. */
export const WORD_CHAPTERS: readonly Chapter[] = [
  {
    title: "Remarks on an answer of HTTP",
    about:
      "The answer was read all the same, as browsers read it. Another client may not: that is why it works here and not there.",
    entries: entriesOf("http remark", HTTP_REMARKS),
  },
  {
    title: "Remarks on an answer of DNS",
    about: "The message names the names that it is about.",
    entries: entriesOf("dns remark", DNS_REMARKS),
  },
  {
    title: "What an answer of DNS comes to: `meaning`",
    about: "A finished dns check has an answer, which is not to say that it has a record.",
    entries: entriesOf("meaning", MEANINGS),
  },
  {
    title: "What is wrong with a certificate: `tls.errors` and `tls.faults`",
    about:
      "A bad certificate fails no check. Each entry of `faults` names the certificate that is at fault, its place in the chain and its dates.",
    entries: entriesOf("fault", TLS_FAULTS),
  },
  {
    title: "What became of each address: `outcome` in `tried`",
    about:
      "A name's addresses are tried by turns, IPv4 first, a quarter of a second apart. The first that connects is used.",
    entries: entriesOf("outcome", TRY_OUTCOMES),
  },
  {
    title: "Why a body ended early: `bodyError`",
    about: "The status had come, so the check is finished.",
    entries: entriesOf("bodyError", BODY_ERRORS),
  },
  {
    title: "Which rule of ours ended the check: `endedBy`",
    about: "Null where the target or the resolver had the last word.",
    entries: entriesOf("endedBy", ENDED_BY),
  },
];

function entriesOf(kind: string, words: Record<string, string>): Entry[] {
  return Object.entries(words).map(([code, text]) => ({
    key: keyOf(kind, code),
    code,
    words: text,
  }));
}
