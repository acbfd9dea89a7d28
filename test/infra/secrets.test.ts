import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

import { rotatedKeys } from "@netcheck/api/rotated-keys";
import { startSecrets } from "@netcheck/local/secrets-stand-in";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import manifest from "../../packages/api/contexts.json" with { type: "json" };
import { stageSecrets } from "../../packages/api/deploy/stage-secret.ts";

const GIVEN = {
  DATABASE_URL: "postgres://netcheck:pass-of-database@h-pooler.neon.tech/netcheck",
  REDIS_URL: "https://default:pass-of-redis@h.upstash.io",
  AMQP_MANAGEMENT_URL: "https://netcheck-admin-a:pass-of-admin@broker.example.com",
  AMQP_URL: "amqps://netcheck-worker:pass-of-worker@broker.example.com:5671/agents_vhost",
};

let secrets: Awaited<ReturnType<typeof startSecrets>>;
beforeEach(async () => void (secrets = await startSecrets({})));
afterEach(() => secrets.close());

/** `npm run secrets`, answered line by line. */
async function run(args: string[], lines: readonly string[]) {
  const child = spawn(process.execPath, ["packages/api/deploy/secrets.ts", ...args], {
    env: {
      AWS_REGION: "eu-central-1",
      AWS_ACCESS_KEY_ID: "nobody",
      AWS_SECRET_ACCESS_KEY: "nobody",
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    },
  });
  child.stdin.end(lines.map((line) => `${line}\n`).join(""));
  const [said, wrong] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code: child.exitCode, said: said + wrong };
}

const make = (lines: readonly string[]) => run(["--stage", "test"], lines);
const value = (name: string) => secrets.current(`netcheck-test-${name}`) ?? "";

describe("the secrets of a stage", () => {
  it("[KRN-52] are made with their values before it is deployed, and none of them is shown", async () => {
    const { code, said } = await make(Object.values(GIVEN));
    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining("amqp-url: made") });
    expect(said).not.toContain("pass-of");
    expect(said).not.toContain('"d":');
    for (const [setting, name] of Object.entries(manifest.secrets))
      if (setting in GIVEN) expect(value(name)).toBe(GIVEN[setting as keyof typeof GIVEN]);
  });

  it("[KRN-52] have a key set that nobody types, and that rotates from the first day", async () => {
    await make(Object.values(GIVEN));
    await rotatedKeys.test(value("token-keys"));
    await rotatedKeys.test(await rotatedKeys.next(value("token-keys")));
  });

  it("[KRN-52] stay as they are when there are some already", async () => {
    const { DATABASE_URL, ...others } = GIVEN;
    expect((await make([DATABASE_URL])).code).toBe(1);
    const rest = await make(Object.values(others));
    expect(rest.said).toContain("netcheck-test-database-url: is there, and stays");
    const keys = value("token-keys");
    expect((await make([])).code).toBe(0);
    expect(value("token-keys")).toBe(keys);
    expect(value("redis-url")).toBe(GIVEN.REDIS_URL);
  });

  it("[KRN-52] are refused where the program could not read them, and where there are too few", async () => {
    const malformed = await make(["mysql://h/pass-of-database"]);
    expect(malformed.code).toBe(1);
    expect(malformed.said).toMatch(/^DATABASE_URL: (?!postgres).*/m);
    expect(malformed.said).not.toContain("pass-of");
    const few = await make([GIVEN.DATABASE_URL]);
    expect(few.said).toContain("no line for REDIS_URL");
  });

  it("[KRN-52] get another value one at a time", async () => {
    await make(Object.values(GIVEN));
    const another = GIVEN.REDIS_URL.replace("pass-of-redis", "another");
    expect((await run(["--stage", "test", "REDIS_URL"], [another])).code).toBe(0);
    expect(value("redis-url")).toBe(another);
    const unknown = await run(["--stage", "test", "REDIS"], [another]);
    expect(unknown).toEqual({ code: 1, said: expect.stringContaining("DATABASE_URL, REDIS_URL") });
  });

  it("[KRN-52] are not made while the last ones wait for their removal", async () => {
    await make(Object.values(GIVEN));
    await leave("netcheck-test-redis-url");
    const { code, said } = await make(Object.values(GIVEN));
    expect({ code, said }).toEqual({
      code: 1,
      said: expect.stringContaining("waits for its removal"),
    });
  });

  it("have names that AWS finds: none ends as the letters that it adds to an ARN", async () => {
    for (const { name } of await stageSecrets()) expect(name).not.toMatch(/-[^-]{6}$/);
  });
});

async function leave(SecretId: string) {
  const headers = { "x-amz-target": "secretsmanager.DeleteSecret" };
  const body = JSON.stringify({ SecretId });
  expect((await fetch(secrets.url, { method: "POST", headers, body })).status).toBe(200);
}
