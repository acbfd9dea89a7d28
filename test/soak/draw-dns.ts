import { RecordType } from "@netcheck/wire/options";

import type { Draw } from "./draft.ts";
import { nameOf, pick, placeOf } from "./place.ts";
import { KINDS } from "./zone.ts";

const VERDICTS = ["finished", "target/not_found", "resolver/*"];

export const resolver: Draw = (roll, number, { resolver: port }) => {
  const kind = pick(roll, KINDS);
  const protocol = pick(roll, ["UDP", "TCP"]);
  // By UDP the answer comes from the one address that this host prefers.
  const host = protocol === "TCP" ? placeOf(number) : "127.0.0.1";
  const recordType = pick(roll, ["A", ...RecordType.options]);
  return {
    what: `dns ${kind}`,
    mayBe: VERDICTS,
    type: "dns",
    target: nameOf(kind, number),
    port,
    options: { resolver: host, protocol, recordType, timeoutMs: pick(roll, [200, 500, 1_000]) },
  };
};

/** Where nobody answers, or this host fails before anybody could. */
export const mute: Draw = (roll, number, { resolver: port, hole, closed }) => ({
  what: "dns without an answer",
  mayBe: ["resolver/timeout", "resolver/refused"],
  type: "dns",
  target: "a.example",
  port: pick(roll, [port, hole, closed]),
  options: { resolver: placeOf(number), timeoutMs: 200 },
});

export const oddName: Draw = (roll, _number, { resolver: port }) => {
  const byte = () => `\\${String(roll(256)).padStart(3, "0")}`;
  const label = Array.from({ length: 1 + roll(5) }, byte).join("");
  const target = pick(roll, [
    `${label}.test`,
    "a".repeat(300),
    "..",
    ".",
    "*._x.0/25.test",
    "1.0.0.127.in-addr.arpa",
    "1.0.0.10.in-addr.arpa",
    "10.0.0.1",
    "\u202e.test",
    "a.".repeat(120),
  ]);
  return {
    what: "dns of an odd name",
    mayBe: [...VERDICTS, "agent/bad_target", "agent/refused_by_policy"],
    type: "dns",
    target,
    port,
    options: {
      resolver: "127.0.0.1",
      recordType: pick(roll, ["PTR", "TXT", "SRV"]),
      timeoutMs: 500,
    },
  };
};

/** The system's own resolver. */
export const own: Draw = (roll, number) => {
  const kind = pick(roll, KINDS);
  return {
    what: `dns ${kind} of the system's resolver`,
    mayBe: VERDICTS,
    type: "dns",
    target: nameOf(kind, number),
    options: { timeoutMs: pick(roll, [200, 500]) },
  };
};
