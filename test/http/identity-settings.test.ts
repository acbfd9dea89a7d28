import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { serve } from "@hono/node-server";
import { audit } from "@netcheck/identity/identity.sql";
import { openPlatform } from "@netcheck/local/platform";
import { generateTokenKeys } from "@netcheck/local/prepare";
import { desc, eq } from "drizzle-orm";
import { describe, expect, it } from "vitest";

import { administer, databaseUrl } from "../support/database.ts";
import { describedApp } from "../support/described.ts";
import { useWorld } from "../support/world.ts";

const ADMIN = fileURLToPath(new URL("../../packages/local/src/admin.ts", import.meta.url));

const run = promisify(execFile);

type Ended = { stdout: string; stderr: string; code?: number };

/** The program as a deployment runs it: with these settings and no others. */
async function admin(args: string[], env: Record<string, string>): Promise<Ended> {
  const options = { env, timeout: 20_000 };
  return await run(process.execPath, [ADMIN, ...args], options).catch((error: Ended) => error);
}

async function temporary() {
  const path = await mkdtemp(join(tmpdir(), "netcheck-admin-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

describe("identity's settings", () => {
  const world = useWorld();

  /** The app behind a real socket, on the settings of an environment. */
  async function served(more: Record<string, string> = {}) {
    await using stack = new AsyncDisposableStack();
    const env = {
      ...process.env,
      DATABASE_URL: world().databaseUrl,
      TOKEN_KEYS: await generateTokenKeys(),
      PUBLIC_URL: "https://watch.example.com",
      LOG_LEVEL: "CRITICAL",
      ...more,
    };
    const { platform } = stack.use(await openPlatform(env));
    const server = serve({ fetch: describedApp(platform).fetch, hostname: "127.0.0.1", port: 0 });
    stack.defer(() => new Promise((resolve) => server.close(() => resolve())));
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const owned = stack.move();
    const login = (headers: Record<string, string> = {}, json = { email: "", password: "" }) =>
      fetch(`http://127.0.0.1:${port}/api/v1/auth/login`, {
        method: "POST",
        body: JSON.stringify(json),
        headers: { "content-type": "application/json", connection: "close", ...headers },
      });
    return { login, platform, [Symbol.asyncDispose]: () => owned.disposeAsync() };
  }

  async function lastAddress() {
    const rows = world().platform.db.select().from(audit).orderBy(desc(audit.id)).limit(1);
    return (await rows)[0]?.address;
  }

  const wrong = () => ({ email: `${crypto.randomUUID()}@example.com`, password: "wrong" });

  it("[IDN-37] PUBLIC_URL and ALLOWED_ORIGINS say which pages may sign in", async () => {
    await using app = await served({ ALLOWED_ORIGINS: "https://console.example.com" });
    const statusOf = async (origin: string) => (await app.login({ origin }, wrong())).status;
    expect(await statusOf("https://watch.example.com")).toBe(401);
    expect(await statusOf("https://console.example.com")).toBe(401);
    expect(await statusOf("https://other.example.com")).toBe(403);
    expect(app.platform.secureCookies).toBe(true);
  });

  it("[IDN-20] [IDN-37] TRUSTED_PROXIES says whose X-Forwarded-For is believed", async () => {
    const headers = { "x-forwarded-for": "198.51.100.7, 203.0.113.9" };
    {
      await using app = await served();
      await app.login(headers, wrong());
      expect(await lastAddress()).toBe("127.0.0.1");
    }
    await using app = await served({ TRUSTED_PROXIES: "127.0.0.0/8" });
    await app.login(headers, wrong());
    expect(await lastAddress()).toBe("203.0.113.9");
  });

  it("[IDN-37] lifetimes and the scheme of PUBLIC_URL show in the cookies", async () => {
    const { email, id: _ } = await world().personWith("viewer");
    await using app = await served({
      PUBLIC_URL: "http://127.0.0.1:8080",
      ACCESS_TOKEN_EXPIRE_MINUTES: "5",
      REFRESH_TOKEN_EXPIRE_DAYS: "2",
    });
    const response = await app.login({}, { email, password: "correct horse battery staple" });
    expect(await response.json()).toMatchObject({ expiresInSeconds: 300 });
    expect(response.headers.getSetCookie().map((text) => text.replace(/=[^;]+/, ""))).toEqual([
      "netcheck_access; Max-Age=300; Path=/; HttpOnly; SameSite=Strict",
      "netcheck_refresh; Max-Age=172800; Path=/api/v1/auth; HttpOnly; SameSite=Strict",
    ]);
  });

  it("[IDN-38] npm run admin makes an administrator, whose password is shown once", async () => {
    const DATABASE_URL = world().databaseUrl;
    const made = await admin(["create", "--email", "Chief@Example.com"], { DATABASE_URL });
    expect(made.stderr).toBe("");
    const [, password = ""] = /^password {2}(\S+)/m.exec(made.stdout) ?? [];
    expect(made.stdout).toContain("chief@example.com");
    const { auth } = world().client().api.v1;
    const json = { email: "chief@example.com", password };
    const { user } = await (await auth.login.$post({ json })).json();
    expect(user.role).toBe("admin");
    const ofHim = eq(audit.subjectId, user.id);
    expect(await world().platform.db.select().from(audit).where(ofHim)).toMatchObject([
      { action: "person.created", actor: { type: "system", job: "admin.create" } },
    ]);
    const again = await admin(["create", "--email", "chief@example.com"], { DATABASE_URL });
    expect(again).toMatchObject({ code: 1, stdout: "" });
    expect(again.stderr).toContain("Somebody has this e-mail address already.");
  });

  it("[IDN-38] it finds the database of a home on this machine, and says when that is asleep", async () => {
    await using folder = await temporary();
    const home = folder.path;
    const [version, id, secrets] = [1, randomUUID(), { postgres: "secret" }];
    const state = { version, id, ports: { postgres: 1 }, secrets };
    await writeFile(join(home, "state.json"), JSON.stringify(state));
    const asleep = await admin(["create", "--email", "chief@example.com", "--home", home], {});
    expect(asleep).toMatchObject({ code: 1, stdout: "" });
    expect(asleep.stderr).toContain("start Netcheck (npm start)");
    expect(asleep.stderr).not.toContain("secret");
  });

  it("[IDN-38] it says what is missing, and shows no password that opens nothing", async () => {
    const args = ["create", "--email", "chief@example.com"];
    await using folder = await temporary();
    const home = folder.path;
    const unset = await admin([...args, "--home", home], {});
    expect(unset).toMatchObject({ code: 1, stdout: "" });
    expect(unset.stderr).toContain(`No database of a Netcheck is in ${home}.`);
    const wrong = await admin(["create", "--email", "notmail"], {});
    expect(wrong).toMatchObject({
      code: 1,
      stdout: "",
      stderr: "--email takes an e-mail address.\n",
    });
    await administer("create database unmigrated");
    const unmigrated = await admin(args, { DATABASE_URL: databaseUrl("unmigrated") });
    expect(unmigrated).toMatchObject({ code: 1, stdout: "" });
    expect(unmigrated.stderr).toContain("not migrated");
    const usage = await admin(["destroy"], { DATABASE_URL: world().databaseUrl });
    expect(usage).toMatchObject({ code: 1, stdout: "" });
    expect(usage.stderr).toContain("Usage:");
  });
});
