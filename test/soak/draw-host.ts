import { BRIEF_MS, type Draw, hostOf, PATIENT_MS } from "./draft.ts";
import { nameOf, pick, placeOf } from "./place.ts";
import { KINDS } from "./zone.ts";

/** Nobody can be sent to there, and nothing leaves this network: the target has had no part in it. */
const UNREACHABLE = ["255.255.255.255", "fe80::1", "ff02::1", "127.255.255.255"] as const;
/** What no agent may reach. */
const FORBIDDEN = ["10.0.0.1", "169.254.169.254", "::ffff:192.168.0.1", "2002:a00:1::1"] as const;

const ODD_HOSTS = [
  "localhost:70000",
  "::1:443",
  "::",
  "0.0.0.0",
  "-",
  "a b",
  "\0",
  "%00",
  "http://x/",
  "[::1",
  "127.1",
  "0x7f.1",
  "999.1.1.1",
  "fe80::1%lo",
  "\u{1f4a9}.test",
  "xn--a.test",
  "x.invalid",
  "a.".repeat(500),
] as const;

export const port: Draw = (roll, number, { closed, hole, odd }) => {
  const type = pick(roll, ["tcp", "http"]);
  const [at, ...mayBe] = pick<readonly [number, ...string[]]>(roll, [
    [closed, "target/refused"],
    [hole, "path/timeout"],
    [odd, "finished"],
  ]);
  return {
    what: `${type} of a port`,
    mayBe,
    type,
    target: hostOf(roll, number),
    port: at,
    options: { timeoutMs: at === hole ? pick(roll, BRIEF_MS) : PATIENT_MS },
  };
};

export const unreachable: Draw = (roll, _number, { odd, closed }) => {
  const type = pick(roll, ["tcp", "http", "dns"]);
  const host = pick(roll, [...UNREACHABLE, ...FORBIDDEN]);
  const resolver = type === "dns" && { resolver: host, protocol: pick(roll, ["UDP", "TCP"]) };
  return {
    what: `${type} of ${host}`,
    // What has left by UDP may get lost, and no more is known of it.
    mayBe: ["agent/*", "path/*", ...(resolver ? ["resolver/timeout"] : [])],
    type,
    target: resolver ? "a.example" : host,
    port: pick(roll, [odd, closed]),
    options: { timeoutMs: pick(roll, BRIEF_MS), ...resolver },
  };
};

export const named: Draw = (roll, number, { odd }) => {
  const kind = pick(roll, KINDS);
  const type = pick(roll, ["tcp", "http"]);
  const family = pick<object>(roll, [{}, { ipVersion: 4 }, { ipVersion: 6 }]);
  return {
    what: `${type} of a name ${kind}`,
    mayBe: [
      "finished",
      "target/*",
      "resolver/*",
      "path/*",
      "agent/refused_by_policy",
      "agent/unreachable",
    ],
    type,
    target: nameOf(kind, number),
    port: odd,
    options: { timeoutMs: pick(roll, [300, 600]), ...family },
  };
};

export const oddHost: Draw = (roll) => {
  const type = pick(roll, ["tcp", "http"]);
  return {
    what: `${type} of an odd host`,
    mayBe: ["finished", "agent/*", "path/*", "resolver/*", "target/not_found", "target/refused"],
    type,
    target: pick(roll, ODD_HOSTS),
    port: 1,
    options: { timeoutMs: 500 },
  };
};

export const ping: Draw = (roll, number) => {
  const target = pick(roll, [
    placeOf(number),
    placeOf(number),
    "255.255.255.255",
    "10.0.0.1",
    "-f",
  ]);
  return {
    what: `ping of ${target}`,
    mayBe: [target === placeOf(number) ? "finished" : "path/*", "agent/*", "target/not_found"],
    type: "ping",
    target,
    options: { packets: 1, timeoutMs: 5_000 },
  };
};
