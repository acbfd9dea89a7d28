import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Line, start } from "./running.ts";

const run = promisify(execFile);
const MARK = "=== next ===";

const hasCurl = await run("curl", ["--version"]).then(
  () => true,
  () => false,
);
if (!hasCurl)
  process.stderr.write(
    "\n[readme] SKIPPED: without curl the sessions of the pages are not run.\n\n",
  );

/** Sleeps as the page says, and on while anything is under way: a reader's machine has nothing else to do. */
const PATIENCE = `
sleep() {
  command sleep "$1"
  for _ in {1..100}; do
    curl -s "$API/agents" "$API/checks" -H "$AUTH" | grep -qE '"status":"(setup|pending|running)"' || return
    command sleep 0.2
  done
}
`;

type Exchange = { command: string; output: string };

/** The lines after `$ ` of a page's session, each with what it is said to print. */
async function sessionOf(page: string): Promise<Exchange[]> {
  const [, block = ""] = (await readFile(page, "utf8")).split("```console\n");
  const [session = ""] = block.split("```");
  return session
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = "", ...output] = part.trimEnd().split("\n");
      return { command, output: output.join("\n") };
    });
}

/** What differs from one run to the next: ids, instants, durations, and so how lines are broken. */
function lasting(text: string) {
  return text
    .replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, "ID")
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "INSTANT")
    .replaceAll(/(min|mean|p95|max|durationMs|tcp|firstByte|download|total): [\d.]+/g, "$1: MS")
    .replaceAll(/\s+/g, " ");
}

describe("a page's session", () => {
  let folder: string;
  let line: Line;
  let netcheck: ReturnType<typeof start>;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "netcheck-readme-"));
    await chmod(folder, 0o755);
    netcheck = start(join(folder, "home"));
    line = await netcheck.line;
  });

  afterAll(async () => {
    netcheck.child.kill("SIGTERM");
    await netcheck.ended;
    await rm(folder, { recursive: true, force: true });
  });

  const pages = ["README.md", "docs/session.md"];
  it.runIf(hasCurl).each(pages)("%s answers what it says", async (page) => {
    const session = await sessionOf(page);
    expect(session.length).toBeGreaterThan(5);
    const { url, password = "" } = line;
    const { port } = new URL(url);
    const commands = session.map(({ command }) =>
      command
        .replaceAll("http://127.0.0.1:8080", url)
        .replaceAll('"port":8080', `"port":${port}`)
        .replace("…", password)
        .replace("agent.log", `"${join(folder, "agent.log")}"`),
    );
    const script = PATIENCE + [...commands, "kill %1; wait"].join(`\necho "${MARK}"\n`);
    const env = { ...process.env, HOME: folder };
    const { stdout } = await run("bash", ["-c", script], { env, timeout: 90_000 });
    const printed = stdout.split(`${MARK}\n`).map((text) => text.replaceAll(port, "8080").trim());
    session.forEach(({ command, output }, i) =>
      expect(lasting(printed[i] ?? ""), command).toBe(lasting(output)),
    );
  });

  it("README.ru.md asks and answers the same", async () => {
    expect(await sessionOf("README.ru.md")).toEqual(await sessionOf("README.md"));
  });
});
