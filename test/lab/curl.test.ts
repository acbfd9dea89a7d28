import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { probeHttp } from "@netcheck/agent/probe-http";
import { parseAllowList } from "@netcheck/wire/address";
import { HttpOptions } from "@netcheck/wire/options";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ODD_HEADS, startOddHttp2Targets } from "../support/odd-http2-targets.ts";
import { ODD_TARGETS, startOddTargets } from "../support/odd-targets.ts";
import { whyWithout } from "./tools.ts";

const run = promisify(execFile);

const reason = await whyWithout("curl");

/** Of a status line in lower case curl reads no more than that it is one. */
const CURL_SAYS: Readonly<Record<string, number>> = { "lower-case-404": 200 };

let answered = 0;

describe.skipIf(reason)("[PRB-20] where curl has an answer, so has a check", () => {
  let odd: Awaited<ReturnType<typeof startOddTargets>>;
  let odd2: Awaited<ReturnType<typeof startOddHttp2Targets>>;

  beforeAll(async () => {
    [odd, odd2] = await Promise.all([startOddTargets(), startOddHttp2Targets()]);
  });
  afterAll(() => {
    // A curl that answers nothing would compare nothing.
    expect(answered).toBeGreaterThan(40);
    odd?.stop();
    odd2?.stop();
  });

  it.each(Object.keys(ODD_TARGETS))("of %s", async (name) => {
    await compare("http", odd.port, name);
  });

  it.each(Object.keys(ODD_HEADS))("of %s in HTTP/2", async (name) => {
    await compare("http2", odd2.port, name);
  });
});

async function compare(protocol: "http" | "http2", port: number, name: string) {
  const scheme = protocol === "http" ? "http" : "https";
  const [curl, { result, failure }] = await Promise.all([
    askCurl(`${scheme}://127.0.0.1:${port}/${name}`),
    ask(protocol, port, `/${name}`),
  ]);
  if (curl === undefined) return;
  answered += 1;
  expect(failure).toBeUndefined();
  expect(CURL_SAYS[name] ?? result["statusCode"]).toBe(curl.statusCode);
  expect(result["body"]).toBe(curl.body);
}

/** The status and body that curl reads, or undefined where it ends with an error. */
async function askCurl(url: string) {
  const format = ["--write-out", "%{stderr}%{http_code}"];
  const argv = ["--silent", "--insecure", "--noproxy", "*", "--max-time", "5", ...format, url];
  const told = await run("curl", argv).catch(() => undefined);
  return told && { statusCode: Number(told.stderr), body: told.stdout };
}

async function ask(protocol: "http" | "http2", port: number, path: string) {
  const context = { allow: parseAllowList("127.0.0.1"), signal: AbortSignal.timeout(5_000) };
  return await probeHttp("127.0.0.1", port, HttpOptions.parse({ protocol, path }), context);
}
