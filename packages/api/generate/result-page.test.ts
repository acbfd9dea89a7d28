import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { FAILURE_CHAPTERS, WORD_CHAPTERS } from "./result-catalogue.ts";
import { keyOf, readExamples, saidBy } from "./result-example.ts";

const AFTER_HANDSHAKE = "with TLS 1.3 a target may say after the handshake what it says in it";
const DEAD_LINK = "Linux gives a connection up after minutes, longer than any check";
const BY_DESK = "the desk answers so, and no probe is run";

/** What no result of the lab shows, and why. */
const UNSHOWN: Record<string, string> = {
  "failure dns no_resolver agent": "without resolv.conf a host asks itself",
  "failure tcp reset target": "an open port to tcp; http tells it as a reset of its next phase",
  "failure tls weak_key target": "no server of today can be told to offer one",
  "failure tls timeout path": DEAD_LINK,
  "failure tls unreachable path": DEAD_LINK,
  "failure tls tls_failed agent": "an OpenSSL that knows less than the target's",
  "failure firstByte timeout path": DEAD_LINK,
  "failure firstByte unreachable path": DEAD_LINK,
  "failure firstByte not_tls target": AFTER_HANDSHAKE,
  "failure firstByte tls_version target": AFTER_HANDSHAKE,
  "failure firstByte weak_key target": AFTER_HANDSHAKE,
  "failure firstByte tls_broken target": AFTER_HANDSHAKE,
  "failure firstByte tls_refused target": AFTER_HANDSHAKE,
  "failure firstByte unknown_name target": AFTER_HANDSHAKE,
  "failure firstByte no_common_protocol target": AFTER_HANDSHAKE,
  "failure firstByte tls_failed agent": AFTER_HANDSHAKE,
  "failure firstByte no_answer agent": "an error of the system that is not known",
  "failure icmp bad_reply path": "kernels drop what is corrupted in a lab",
  "failure icmp timeout agent": "resolving takes all the time, to the moment",
  "failure icmp not_permitted agent": "the lab's own ping may",
  "failure icmp ping_failed agent": "a ping that breaks down",
  "failure run unsupported agent": BY_DESK,
  "failure run given_back agent": BY_DESK,
  "failure run overdue agent": BY_DESK,
  "failure run internal agent": BY_DESK,
  "outcome reset": "the reset and our hanging up race",
  "endedBy stopped": "an agent that stops sends no such answer",
};

const said = new Set(readExamples().flatMap(saidBy));
const entries = [...FAILURE_CHAPTERS, ...WORD_CHAPTERS].flatMap((chapter) => chapter.entries);
const catalogued = entries.map(({ key }) => key);

describe("[PRB-105] the catalogue of what a result can say", () => {
  it("has everything that the examples say", () => {
    expect([...said].filter((key) => !catalogued.includes(key))).toEqual([]);
  });

  it("has nothing that no example shows, but for what is named with its reason", () => {
    const unshown = catalogued.filter((key) => !said.has(key));
    expect(unshown).toEqual(catalogued.filter((key) => Object.hasOwn(UNSHOWN, key)));
    expect(unshown).toHaveLength(Object.keys(UNSHOWN).length);
  });

  it("has nothing that agents have no word for", () => {
    const folder = new URL("../../agent/src/", import.meta.url);
    const files = readdirSync(folder).filter((file) => !file.endsWith(".test.ts"));
    const text = files.map((file) => readFileSync(new URL(file, folder), "utf8")).join("\n");
    const codes = new Set(entries.map(({ code }) => code));
    const unused = [...codes].filter((code) => !new RegExp(`"${code}"|\\b${code}:`).test(text));
    expect(unused).toEqual([]);
  });

  it("writes each place once", () => {
    expect(new Set(catalogued).size).toBe(catalogued.length);
    expect(keyOf("failure", "tcp", "refused", "target")).toBe("failure tcp refused target");
  });
});
