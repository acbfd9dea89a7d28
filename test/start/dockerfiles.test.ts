import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";

import { afterAll, describe, expect, it, vi } from "vitest";

// As a builder of images has it: what is copied and installed is read by another user.
process.umask(0o022);

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
const NOBODY = 65_534;
const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

type Step = { instruction: string; rest: string };

async function stepsOf(dockerfile: string): Promise<Step[]> {
  const text = (await readFile(join(ROOT, dockerfile), "utf8")).replaceAll("\\\n", " ");
  return text
    .split("\n")
    .filter((line) => /^[A-Z]+ /.test(line))
    .map((line) => {
      const [instruction = "", ...rest] = line.split(" ");
      return { instruction, rest: rest.join(" ").trim() };
    });
}

/** What the file copies and installs, done in a folder of its own, and what it starts. */
async function build(dockerfile: string) {
  const folder = await mkdtemp(join(tmpdir(), "netcheck-image-"));
  folders.push(folder);
  await chmod(folder, 0o755);
  const command: string[] = [];
  for (const { instruction, rest } of await stepsOf(dockerfile)) {
    if (instruction === "COPY") {
      const parts = rest.split(/\s+/);
      const to = parts.pop() ?? ".";
      for (const from of parts) {
        const target = to.endsWith("/")
          ? join(folder, to, from.split("/").at(-1) ?? "")
          : join(folder, to);
        await cp(join(ROOT, from), target, { recursive: true, filter: isSent });
      }
    }
    if (instruction === "RUN" && rest.startsWith("npm ci"))
      await run("npm", rest.split(" ").slice(1), { cwd: folder, timeout: 110_000 });
    if (instruction === "CMD" || instruction === "ENTRYPOINT")
      command.push(...(JSON.parse(rest) as string[]));
  }
  return { folder, command };
}

/** What both `.dockerignore` files keep out of what is copied. */
function isSent(path: string) {
  return !path.endsWith(".test.ts") && !relative(ROOT, path).split("/").includes("node_modules");
}

type Image = Awaited<ReturnType<typeof build>>;

function start({ folder, command }: Image, as: { env?: NodeJS.ProcessEnv; uid?: number } = {}) {
  const [, ...rest] = command;
  const child = spawn(process.execPath, rest, {
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "", ...as.env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(as.uid !== undefined && { uid: as.uid, gid: as.uid }),
  });
  const said = { output: "" };
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      said.output += chunk.toString();
    });
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...said }));
  return { child, said, ended };
}

describe("the Dockerfiles", () => {
  it("the worker's installs what it starts, and says which settings it lacks", async () => {
    const image = await build("packages/worker/Dockerfile");
    const { code, output } = await start(image).ended;
    expect(output).toContain("AMQP_URL");
    expect(code).toBe(2);
  });

  it.each(["worker", "local"])("%s's runs as nobody special, in exec form", async (name) => {
    const steps = await stepsOf(`packages/${name}/Dockerfile`);
    const of = (instruction: string) =>
      steps.filter((step) => step.instruction === instruction).map(({ rest }) => rest);
    expect(of("USER")).toEqual(["node"]);
    expect([...of("CMD"), ...of("ENTRYPOINT")].every((rest) => rest.startsWith("["))).toBe(true);
    expect(of("ENV").join(" ")).not.toMatch(/PASSWORD|TOKEN|SECRET|KEY/);
    const ignored = await readFile(join(ROOT, `packages/${name}/Dockerfile.dockerignore`), "utf8");
    for (const line of [".sst", ".env*", "**/node_modules"])
      expect(ignored.split("\n")).toContain(line);
  });

  it("the all-in-one answers a check as nobody special, and stops when it is told to", async () => {
    const image = await build("packages/local/Dockerfile");
    const data = join(image.folder, "data");
    await mkdir(data);
    const isRoot = process.getuid?.() === 0;
    if (isRoot) await chown(data, NOBODY, NOBODY);
    expect(image.command.slice(-4)).toEqual(["--home", "/data", "--port", "8080"]);
    const command = [...image.command.slice(0, -4), "--home", data, "--port", "0"];
    const whole = start(
      { ...image, command },
      { env: { HOST: "0.0.0.0", HOME: data }, ...(isRoot && { uid: NOBODY }) },
    );
    try {
      await vi.waitFor(() => expect(whole.said.output).toContain("2 of 2 answered"), 90_000);
      const url = /http:\/\/[^/\s]+:(?<port>\d+)\/api/.exec(whole.said.output)?.groups?.["port"];
      const ready = await fetch(`http://127.0.0.1:${url}/ready`);
      expect(await ready.json()).toEqual({ status: "ready" });
    } finally {
      whole.child.kill("SIGTERM");
    }
    expect(await whole.ended).toMatchObject({ code: 0 });
  });

  it("[LOC-7] the all-in-one is composed by the command of docs/start.md, and asks for no variable", async () => {
    const page = await readFile(join(ROOT, "docs/start.md"), "utf8");
    const [, file = ""] = /docker compose --file (\S+) up/.exec(page) ?? [];
    const text = await readFile(join(ROOT, file), "utf8");
    expect(text).not.toContain("${");
    const [, context = "", dockerfile = ""] =
      /context: (\S+)\n\s+dockerfile: (\S+)/.exec(text) ?? [];
    expect(join(dirname(file), context)).toBe(".");
    expect(await stepsOf(dockerfile)).toContainEqual({ instruction: "USER", rest: "node" });
  });

  it("the all-in-one starts what `npm start` starts, with its home on a volume", async () => {
    const steps = await stepsOf("packages/local/Dockerfile");
    const command = steps.find(({ instruction }) => instruction === "CMD")?.rest ?? "";
    const { scripts } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as {
      scripts: Record<string, string>;
    };
    const program = (JSON.parse(command) as string[])[1] ?? "nothing";
    expect(scripts["start"]).toContain(`exec node ${program}`);
    expect(steps).toContainEqual({ instruction: "VOLUME", rest: "/data" });
    expect(steps).toContainEqual({ instruction: "ENV", rest: "HOST=0.0.0.0" });
  });
});
