import { execFile } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, copyFile, mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { bundleAgent } from "../../packages/agent/deploy/bundle.ts";
import { useWay } from "../support/way.ts";

const run = promisify(execFile);
const NOBODY = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;
if (!isRoot)
  process.stderr.write("NOT AS ANOTHER USER: only root can, so the bundle runs as this one.\n");

/** How the container starts the agent, with the bundle and a Node that anybody may read. */
async function startCommand(node: string, bundle: string): Promise<string[]> {
  const dockerfile = await readFile("packages/agent/Dockerfile", "utf8");
  const argv: unknown = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)?.[1] ?? "");
  if (!Array.isArray(argv)) throw new Error("The Dockerfile has no ENTRYPOINT.");
  const command = argv.map(String);
  expect([command[0], command.at(-1)]).toEqual([
    "node",
    "/usr/local/lib/netcheck-agent/netcheck-agent.mjs",
  ]);
  return [node, ...command.slice(1, -1), bundle];
}

describe("the agent as it is shipped, run by an unprivileged user", () => {
  const way = useWay();
  let folder = "";
  let command: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "netcheck-product-"));
    await chmod(folder, 0o755);
    const { file } = await bundleAgent(folder);
    const node = join(folder, "node");
    await copyFile(process.execPath, node);
    command = await startCommand(node, file);
    await mkdir(join(folder, "state"), { mode: 0o700 });
    if (isRoot) await chown(join(folder, "state"), NOBODY.uid, NOBODY.gid);
    await way().startWorker();
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("registers, tests itself, answers a check, and ends with 3 when it is revoked", async () => {
    const { id, enrollmentToken } = await way().createAgent("shipped");
    const state = join(folder, "state", "agent.json");
    const env = {
      NETCHECK_URL: way().url,
      NETCHECK_STATE: state,
      HOME: "/nonexistent",
      LOG_LEVEL: "CRITICAL",
    };
    const as = isRoot ? NOBODY : {};
    const child = await way().launch(command, {
      ...as,
      env: { ...env, NETCHECK_TOKEN: enrollmentToken },
    });
    const agent = async () =>
      await (await way().admin.agents[":id"].$get({ param: { id } })).json();
    await way().poll(agent, ({ status }) => status === "active");
    const kept = await stat(state);
    expect(kept.mode & 0o777).toBe(0o600);
    if (isRoot) {
      expect(kept.uid).toBe(NOBODY.uid);
      const status = await readFile(`/proc/${child.pid}/status`, "utf8");
      expect(status).toMatch(/^Uid:\s65534\s65534\s65534\s65534$/m);
      expect(status).toMatch(/^CapEff:\s0+$/m);
    }

    const [node = "", ...args] = command;
    const own = { PATH: process.env["PATH"], NETCHECK_ALLOW: "127.0.0.0/8", ...env };
    const tested = await run(node, [...args, "--self-test", "--json"], { ...as, env: own });
    const report = JSON.parse(tested.stdout) as {
      passed: boolean;
      findings: { name: string; verdict: string }[];
    };
    const verdicts = Object.fromEntries(report.findings.map((it) => [it.name, it.verdict]));
    expect(verdicts).toMatchObject({
      "state file": "ok",
      platform: "ok",
      clock: "ok",
      agent: "ok",
      broker: "ok",
      "type http": "ok",
      "type tcp": "ok",
    });
    expect(report.passed).toBe(true);

    const json = { type: "http" as const, target: `${way().url}/health` };
    const created = await way().admin.checks.$post({ json });
    expect(created.status).toBe(202);
    const check = await created.json();
    const read = async () =>
      await (await way().admin.checks[":id"].$get({ param: { id: check.id } })).json();
    expect(await way().poll(read)).toMatchObject({ summary: { finished: 1, failed: 0 } });

    const ended = once(child, "exit");
    const revoked = await way().admin.agents[":id"].revoke.$post({ param: { id } });
    expect(revoked.status).toBe(200);
    expect((await ended)[0]).toBe(3);
    const again = run(node, [...args, "--self-test", "--json"], { ...as, env: own });
    await expect(again).rejects.toMatchObject({ code: 1 });
  });
});
