import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { serve } from "@hono/node-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";

import { addAgents, answer, deliver } from "../support/checks.ts";
import { describedApp } from "../support/described.ts";
import { PASSWORD, useWorld } from "../support/world.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
const bin = (name: string) => join(ROOT, "node_modules/.bin", name);

/** Somebody else's program, who has the document and nothing of ours; `tsc` reads it beside the client. */
const PROGRAM = `import * as api from "./client.ts";

export async function ask(baseUrl: string, email: string, password: string) {
  api.defaults.baseUrl = baseUrl;
  const signedIn = await api.signIn({ email, password });
  if (signedIn.status !== 200) throw new Error(signedIn.data.detail);
  api.defaults.headers = { authorization: \`Bearer \${signedIn.data.accessToken}\` };
  const key = await api.createApiKey({ name: "generated", scopes: ["checks:write", "checks:read"] });
  if (key.status !== 201) throw new Error(key.data.detail);
  api.defaults.headers = { authorization: \`Bearer \${key.data.secret}\` };
  const started = await api.startCheck(
    { type: "http", target: "https://example.com", options: { method: "HEAD" } },
    { idempotencyKey: "once-only" },
  );
  if (started.status !== 202) throw new Error(started.data.detail);
  return started.data.id;
}

export async function read(id: string) {
  const found = await api.getCheck(id);
  if (found.status !== 200) throw new Error("not found");
  const [first] = found.data.results;
  const code = first?.result && "statusCode" in first.result ? first.result.statusCode : undefined;
  return { status: found.data.status, source: first?.failureSource ?? null, code };
}

export async function refused() {
  const answer = await api.startCheck({ type: "tcp", target: "10.0.0.1", port: 22 });
  return answer.status === 422 ? answer.data.type : undefined;
}
`;

/** What says that a file is a module; without it the folder would mean what lies above it. */
const PACKAGE = { type: "module" };

/** As strict as ours, but that generators write \`undefined\` where a field is absent. */
const CONFIG = {
  extends: join(ROOT, "tsconfig.json"),
  compilerOptions: { exactOptionalPropertyTypes: false },
  include: ["*.ts"],
};

const Program = z.object({
  ask: z.custom<(url: string, email: string, password: string) => Promise<string>>(),
  read: z.custom<(id: string) => Promise<unknown>>(),
  refused: z.custom<() => Promise<unknown>>(),
});

describe("a client that others generate", () => {
  const world = useWorld();
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "netcheck-client-"));
    await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, "package.json"), JSON.stringify(PACKAGE));
    await writeFile(join(folder, "program.ts"), PROGRAM);
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(CONFIG));
    const document = join(folder, "openapi.json");
    await writeFile(document, await (await world().request("/openapi.json")).text());
    await run(bin("oazapfts"), [document, join(folder, "client.ts")]);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("[PLT-2] is of types that fit", async () => {
    const checked = await run(bin("tsc"), ["-p", folder]).catch(
      (error: { stdout: string }) => error,
    );
    expect(checked.stdout).toBe("");
  });

  it("[PLT-2] signs in, creates a key, asks a check and reads it", async () => {
    const { fetch } = describedApp(world().platform);
    const server = serve({ fetch, hostname: "127.0.0.1", port: 0 });
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const program = Program.parse(await import(join(folder, "program.ts")));
    const { email } = await world().personWith("operator");
    const [berlin] = await addAgents(world(), "berlin");
    const id = await program.ask(`http://127.0.0.1:${port}`, email, PASSWORD);
    await deliver(world(), answer(world(), id, berlin?.id ?? "", { statusCode: 204 }));
    expect(await program.read(id)).toEqual({ status: "finished", source: null, code: 204 });
    expect(await program.refused()).toBe("/problems/checks.target_refused");
    await new Promise((resolve) => server.close(resolve));
  });
});
