import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { probeHttp } from "@netcheck/agent/probe-http";
import { parseAllowList } from "@netcheck/wire/address";
import { HttpOptions } from "@netcheck/wire/options";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ODD_TARGETS, startOddTargets } from "../support/odd-targets.ts";
import { whyWithout } from "./tools.ts";

const run = promisify(execFile);

const reason = await whyWithout("curl");

/** Of a status line in lower case curl reads no more than that it is one. */
const CURL_SAYS: Readonly<Record<string, number>> = { "lower-case-404": 200 };

describe.skipIf(reason)("[PRB-20] where curl has an answer, so has a check", () => {
  let odd: Awaited<ReturnType<typeof startOddTargets>>;

  beforeAll(async () => {
    odd = await startOddTargets();
  });
  afterAll(() => odd.stop());

  it.each(Object.keys(ODD_TARGETS))("%s", async (name) => {
    const [curl, { result, failure }] = await Promise.all([
      askCurl(odd.port, name),
      ask(odd.port, name),
    ]);
    if (curl === undefined) return;
    expect(failure).toBeUndefined();
    expect(CURL_SAYS[name] ?? result["statusCode"]).toBe(curl.statusCode);
    expect(result["body"]).toBe(curl.body);
  });
});

/** The status and body that curl reads, or undefined where it ends with an error. */
async function askCurl(port: number, name: string) {
  const url = `http://127.0.0.1:${port}/${name}`;
  const format = ["--write-out", "%{stderr}%{http_code}"];
  const argv = ["--silent", "--noproxy", "*", "--max-time", "5", ...format, url];
  const told = await run("curl", argv).catch(() => undefined);
  return told && { statusCode: Number(told.stderr), body: told.stdout };
}

async function ask(port: number, name: string) {
  const options = HttpOptions.parse({ path: `/${name}` });
  const context = { allow: parseAllowList("127.0.0.1"), signal: AbortSignal.timeout(5_000) };
  return await probeHttp("127.0.0.1", port, options, context);
}
