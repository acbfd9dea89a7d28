import type { Answer } from "dns-packet";

import type { Question, Reply } from "../support/dns-server.ts";
import { diceOf, pick, placeOf, readName } from "./place.ts";

type Script = (question: Question, number: number) => Reply;

const address = (name: string, data: string): Answer => ({ type: "A", name, ttl: 1, data });

/** Addresses of the name, where it is asked for IPv4. */
const leadsTo =
  (...before: string[]): Script =>
  ({ name, type }, number) => ({
    answers: type === "A" ? [...before, placeOf(number)].map((data) => address(name, data)) : [],
  });

const alias = (name: string, data: string): Answer => ({ type: "CNAME", name, ttl: 1, data });

/** How names fare, by the kind in them. */
export const ZONE = {
  well: leadsTo(),
  "dead-first": leadsTo("255.255.255.255"),
  "refused-first": leadsTo("10.0.0.1"),
  many: leadsTo(...Array.from({ length: 40 }, () => "255.255.255.255")),
  inside: ({ name }) => ({ answers: [address(name, "10.0.0.1")] }),
  missing: () => ({ statusCode: 3 }),
  failing: () => ({ statusCode: 2 }),
  refusing: () => ({ statusCode: 5 }),
  "high-code": () => ({ statusCode: 23, edns: [[49_152, "\x1b[31m no \u202e"]] }),
  empty: () => ({}),
  silent: () => "silence",
  hangup: () => "hangup",
  cut: ({ via }) => (via === "UDP" ? { tooLong: true } : "hangup"),
  loop: ({ name }) => ({ answers: [alias(name, name)] }),
  stranger: ({ name }) => ({ name: `x.${name}`, answers: [address(name, "127.0.0.1")] }),
  large: ({ name }, number) => ({
    answers: Array.from({ length: 300 }, () => address(name, placeOf(number))),
  }),
  spoiled: (question, number) => ({
    ...well(question, number),
    edns: [[6, "bogus"]],
    spoil: (bytes) => spoil(bytes, number),
  }),
  short: (question, number) => ({
    ...well(question, number),
    spoil: (bytes) => bytes.subarray(0, diceOf(0, number, "cut")(bytes.length)),
  }),
} satisfies Record<string, Script>;

export const KINDS: readonly [string, ...string[]] = ["well", ...Object.keys(ZONE).slice(1)];

function well({ name }: Question, number: number) {
  return { answers: [address(name, placeOf(number))] };
}

/** Some of its bytes are others, but for the first two, by which it is known. */
function spoil(bytes: Buffer, number: number) {
  const roll = diceOf(0, number, "spoil");
  const spoiled = Buffer.from(bytes);
  for (let times = 1 + roll(6); times > 0; times -= 1)
    spoiled[2 + roll(bytes.length - 2)] = pick(roll, [0, 0xc0, 0xff, roll(256)]);
  return spoiled;
}

/** What the soak's resolver says; names that are none of its own do not exist. */
export function script(question: Question): Reply {
  const read = readName(question.name);
  const found = Object.entries(ZONE).find(([kind]) => kind === read?.kind)?.[1];
  if (!read || !found) return { statusCode: 3 };
  const reply: Script = found;
  return reply(question, read.number);
}
