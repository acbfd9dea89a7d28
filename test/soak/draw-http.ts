import { ODD_HEADS } from "../support/odd-http2-targets.ts";
import type { Dice } from "../support/odd-network.ts";
import { ODD_TARGETS } from "../support/odd-targets.ts";
import { BRIEF_MS, type Draw, hostOf, namesOf, PATIENT_MS } from "./draft.ts";
import { ENDINGS } from "./ending.ts";
import { nameOf, pick, placeOf } from "./place.ts";

const headersOf = (roll: Dice) =>
  pick<Record<string, string>>(roll, [
    {},
    { host: "other.test", "X-Long": "x".repeat(8_000) },
    { Connection: "upgrade", "transfer-encoding": "chunked", "content-length": "7" },
    Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`X-${i}`, "\xff".repeat(20)])),
    { "accept-encoding": "br, zstd, x", expect: "100-continue", te: "trailers", cookie: "" },
  ]);

/** Heads against the letter of RFC 9112, each with its one right verdict. */
export const oddHead: Draw = (roll, number, { odd }) => {
  const path = pick(roll, namesOf(ODD_TARGETS));
  const expected = ODD_TARGETS[path] ?? { says: "", code: "closed" };
  const verdict = "code" in expected ? `target/${expected.code}` : "finished";
  const mayBe = [verdict.replace("target/header_overflow", "agent/header_overflow")];
  // A reset may overtake what was said before it.
  if (expected.resets) mayBe.push("target/reset");
  const options = { path: `/${path}`, timeoutMs: PATIENT_MS, headers: headersOf(roll) };
  return {
    what: `odd head ${path}`,
    mayBe,
    type: "http",
    target: hostOf(roll, number),
    port: odd,
    options,
  };
};

/** The same and worse behind certificates of all kinds, or where TLS is none. */
export const oddInTls: Draw = (roll, number, { odds }) => {
  const path = pick(roll, [...namesOf(ODD_TARGETS), ...namesOf(ENDINGS)]);
  const protocol = pick(roll, ["https", "http2"]);
  const options = { path: `/${path}`, protocol, timeoutMs: 1_000, headers: headersOf(roll) };
  return {
    what: `odd in TLS ${path}`,
    mayBe: ["finished", "target/*", "agent/header_overflow", "path/timeout", "agent/tls_failed"],
    type: "http",
    target: hostOf(roll, number),
    port: pick(roll, odds),
    options,
  };
};

export const oddHttp2: Draw = (roll, number, { http2 }) => {
  const path = pick(roll, namesOf(ODD_HEADS));
  const options = { path: `/${path}`, protocol: "http2", timeoutMs: PATIENT_MS };
  return {
    what: `odd HTTP/2 ${path}`,
    mayBe: [ODD_HEADS[path]?.isRead ? "finished" : "agent/header_overflow"],
    type: "http",
    target: hostOf(roll, number),
    port: http2,
    options,
  };
};

export const endless: Draw = (roll, number, { odd }) => {
  const path = pick(roll, namesOf(ENDINGS));
  const method = pick(roll, ["GET", "HEAD", "OPTIONS"]);
  const late = ["target/timeout", "path/timeout"];
  return {
    what: `endless ${path}`,
    mayBe: ["finished", "target/closed", "target/not_http", "agent/header_overflow", ...late],
    type: "http",
    target: hostOf(roll, number),
    port: odd,
    options: { path: `/${path}`, method, timeoutMs: pick(roll, BRIEF_MS) },
  };
};

export const redirect: Draw = (roll, number, { odd, odds, closed }) => {
  const here = `http://${placeOf(number)}:${odd}/`;
  const secure = `https://${placeOf(number)}:${odds.at(-1)}/`;
  const [to, ...mayBe] = pick<readonly [string, ...string[]]>(roll, [
    [here],
    ["/redirect?to=%2f"],
    [`${here}redirect?to=${encodeURIComponent(secure)}`, "target/timeout"],
    ["file:///etc/passwd", "agent/refused_by_policy"],
    ["http://10.0.0.1/", "agent/refused_by_policy"],
    [`http://${placeOf(number)}:${closed}/`, "target/refused"],
    [`https://${placeOf(number)}:${odd}/`, "target/*", "agent/tls_failed"],
    ["http://255.255.255.255/", "agent/unreachable"],
    ["http://[fe80::1%25lo]/", "agent/*", "path/*"],
    ["http://\xff\x01%00/", "agent/*"],
    [`http://${nameOf("loop", number)}/`, "target/not_found", "resolver/*"],
    [`http://${nameOf("missing", number)}/`, "target/not_found"],
  ]);
  const query = `to=${encodeURIComponent(to)}`;
  const options = { path: "/redirect", query, maxRedirects: roll(11), timeoutMs: 3_000 };
  return {
    what: `redirect to ${to}`,
    mayBe: ["finished", ...mayBe],
    type: "http",
    target: placeOf(number),
    port: odd,
    options,
  };
};
