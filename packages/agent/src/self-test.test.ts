import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";

import { saveCredential } from "./credential.ts";
import { selfTest } from "./self-test.ts";
import { readCommand } from "./settings.ts";

const Report = z.object({
  version: z.string(),
  passed: z.boolean(),
  findings: z.array(z.object({ name: z.string(), verdict: z.string(), detail: z.string() })),
});

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "netcheck-self-test-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function tested(argv: string[]) {
  const command = readCommand(["--self-test", "--json", ...argv], { NETCHECK_ALLOW: "10.0.0.0/8" });
  if (command.kind !== "self-test") throw new Error(command.kind);
  const { passed, text } = await selfTest(command.settings, command.json);
  const report = Report.parse(JSON.parse(text));
  expect(text.trimEnd()).not.toContain("\n");
  expect(report.passed).toBe(passed);
  const verdicts = Object.fromEntries(report.findings.map((it) => [it.name, it.verdict]));
  const details = Object.fromEntries(report.findings.map((it) => [it.name, it.detail]));
  return { passed, verdicts, details };
}

/** A platform that answers as told, until the test is over. */
async function platform(answer: RequestListener) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    [Symbol.dispose]: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const state = (name: string) => join(folder, name);

describe("a self-test", () => {
  it("without a platform says what the host offers", async () => {
    const { verdicts, details } = await tested(["--state", state("none.json")]);
    for (const type of ["http", "tcp", "dns"]) expect(verdicts[`type ${type}`]).toBe("ok");
    expect(Object.keys(verdicts)).toEqual(expect.arrayContaining(["IPv4", "IPv6", "resolver"]));
    expect(details["allow-list"]).toContain("10.0.0.0/8");
    expect(details["state file"]).toContain("can be made");
    expect(verdicts).toMatchObject({ platform: "skipped", broker: "skipped", agent: "skipped" });
  });

  it("tells how far the platform's clock is, and that nobody is enrolled", async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    using away = await platform((request, response) => {
      response.writeHead(request.url === "/health" ? 200 : 404, { date }).end();
    });
    const { passed, verdicts, details } = await tested(["--url", away.url, "--state", state("no")]);
    expect(verdicts).toMatchObject({ platform: "ok", clock: "warning", agent: "skipped" });
    const [, offsetMs = ""] = /([-0-9]+) ms ahead/.exec(details["clock"] ?? "") ?? [];
    expect(Math.abs(Number(offsetMs) - 3_600_000)).toBeLessThan(1_000);
    expect(passed).toBe(true);
  });

  it("fails where the platform does not answer, refuses, or no longer knows the agent", async () => {
    using sick = await platform((_request, response) => void response.writeHead(502).end());
    expect((await tested(["--url", sick.url])).details["platform"]).toContain("502");

    using strict = await platform((request, response) => {
      response.writeHead(request.url === "/health" ? 200 : 401).end();
    });
    const file = state("revoked.json");
    const platformUrl = `${strict.url}/api/v1`;
    await saveCredential(file, { platformUrl, agentId: "1", agentSecret: "s" });
    const { passed, verdicts } = await tested(["--url", strict.url, "--state", file]);
    expect(passed).toBe(false);
    expect(verdicts).toMatchObject({ platform: "ok", agent: "failed", broker: "skipped" });
  });

  it("fails where others can read the secret, or it cannot be kept", async () => {
    const file = state("open.json");
    await saveCredential(file, { platformUrl: "https://a/api/v1", agentId: "1", agentSecret: "s" });
    await chmod(file, 0o644);
    const open = await tested(["--state", file]);
    expect(open.passed).toBe(false);
    expect(open.details["state file"]).toContain("can be read by others");
    const nowhere = await tested(["--state", "/proc/none/agent.json"]);
    expect(nowhere.verdicts["state file"]).toBe("failed");
  });
});
