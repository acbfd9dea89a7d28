import { parseAllowList } from "@netcheck/wire/address";
import { HttpOptions } from "@netcheck/wire/options";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { ODD_TARGETS, startOddTargets } from "../../../test/support/odd-targets.ts";
import { probeHttp } from "./probe-http.ts";

let odd: Awaited<ReturnType<typeof startOddTargets>>;

beforeAll(async () => {
  odd = await startOddTargets();
});
afterAll(() => odd.stop());

async function look(path: string) {
  const options = HttpOptions.parse({ path: `/${path}` });
  const context = { allow: parseAllowList("127.0.0.1"), signal: AbortSignal.timeout(3_000) };
  return await probeHttp("127.0.0.1", odd.port, options, context);
}

describe("[PRB-20] an answer that clients read is read, and what is wrong with it is told", () => {
  const read = Object.entries(ODD_TARGETS).flatMap(([name, target]) =>
    "code" in target ? [] : ([[name, target]] as const),
  );

  it.each(read)("%s", async (name, { statusCode, body = "", bodyError = null, remarks }) => {
    const { result, failure } = await look(name);
    expect(failure).toBeUndefined();
    const told = (result["remarks"] as { code: string }[]).map(({ code }) => code);
    expect({ ...result, remarks: told }).toMatchObject({ statusCode, body, bodyError, remarks });
    expect(result["timings"]).toMatchObject({ firstByte: expect.any(Number) });
  });
});

describe("[PRB-21] an answer that nobody can read fails with what came of it", () => {
  const unread = Object.entries(ODD_TARGETS).flatMap(([name, target]) =>
    "code" in target ? ([[name, target]] as const) : [],
  );

  it.each(unread)("%s", async (name, { says, code }) => {
    const { result, failure } = await look(name);
    const failureSource = code === "header_overflow" ? "agent" : "target";
    expect(failure).toMatchObject({ failureSource, failedPhase: "firstByte", error: { code } });
    const came = says === "" ? null : expect.anything();
    expect(result).toMatchObject({ firstLine: came, timings: { firstByte: came } });
    expect(failure?.error.message.includes("TLS")).toBe(name === "tls-alert");
  });

  it("and the line that came stands in the message", async () => {
    const { result, failure } = await look("mail-server");
    expect(result["firstLine"]).toBe("220 mail.example.test ESMTP");
    expect(failure?.error.message).toBe(
      'The target does not speak HTTP here: it said "220 mail.example.test ESMTP".',
    );
  });
});
