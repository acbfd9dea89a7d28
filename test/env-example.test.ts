import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { Base } from "@netcheck/api/env";
import { readSettings } from "@netcheck/kernel/settings";
import { Listen } from "@netcheck/local/listen";
import { Settings as WorkerSettings } from "@netcheck/worker/env";
import { describe, expect, it } from "vitest";
import * as z from "zod";

import { allSettings, example, PlatformSettings, whole, written } from "./support/settings.ts";

const run = promisify(execFile);

describe(".env.example", () => {
  it("names every setting once, and nothing that is none", () => {
    const names = written.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.toSorted()).toEqual([...allSettings].toSorted());
  });

  it("explains each in a comment above it, and holds no secret", () => {
    const lines = example.split("\n");
    const isSetting = (line: string) => /^#?[A-Z][A-Z0-9_]+=/.test(line);
    for (const [i, line] of lines.entries()) {
      if (!isSetting(line)) continue;
      // Settings that stand together share a comment.
      const above = lines.slice(0, i).findLast((one) => !isSetting(one));
      expect(above, line).toMatch(/^# /);
    }
    expect(example).not.toMatch(/"d":"[^…]/);
  });

  it("[LOC-5] is sourced as its first lines say: as it is it sets nothing, and each line without its # what it shows", async () => {
    expect(await sourced(example)).toEqual({});
    const bare = example.replaceAll(/^#(?=[A-Z][A-Z0-9_]+=)/gm, "");
    expect(await sourced(bare)).toEqual(
      Object.fromEntries(written.map(({ name, value }) => [name, value])),
    );
  });

  it("shows the defaults that the programs have", () => {
    const { TOKEN_KEYS, SQS_ENDPOINT, REDIS_URL, ...own } = whole;
    const given = { ...own, TOKEN_KEYS, REDIS_URL, SQS_ENDPOINT };
    const commented = new Set(
      [...example.matchAll(/^#([A-Z0-9_]+)=/gm)].map(([, name]) => name ?? ""),
    );
    const isSaid = ([name]: [string, string]) => !(commented.has(name) && hasDefault(name));
    const without = Object.fromEntries(Object.entries(given).filter(isSaid));
    expect(readSettings(PlatformSettings, without)).toEqual(readSettings(PlatformSettings, given));
    expect(readSettings(WorkerSettings, without)).toEqual(readSettings(WorkerSettings, given));
    expect(readSettings(Listen, without)).toEqual(readSettings(Listen, given));
  });
});

/** What a program sees that is started by a shell which has read this text. */
async function sourced(text: string) {
  const script = 'set -a; eval "$TEXT"; set +a; unset TEXT PWD SHLVL _; env -0';
  const { PATH } = process.env;
  const { stdout } = await run("sh", ["-euc", script], { env: { PATH, TEXT: text } });
  const pairs = stdout.split("\0").filter(Boolean);
  const seen = pairs.map((pair) => [pair.split("=", 1)[0], pair.slice(pair.indexOf("=") + 1)]);
  const { PATH: _path, OLDPWD: _old, ...own } = Object.fromEntries(seen) as Record<string, string>;
  return own;
}

function hasDefault(name: string) {
  const schema = { ...PlatformSettings.shape, ...WorkerSettings.shape, ...Listen.shape }[name];
  const absent = z.instanceof(z.ZodType).safeParse(schema).data?.safeParse(undefined);
  return absent?.data !== undefined;
}

/** What each program cannot read, by setting that is no context's own; a setting that takes any text has none. */
const MALFORMED: Record<string, string | undefined> = {
  LOG_LEVEL: "LOUD",
  DATABASE_URL: "mysql://h/d",
  DATABASE_DRIVER: "mysql",
  NEON_PROXY: "http://h/",
  REDIS_URL: "h:6379",
  SQS_ENDPOINT: "sqs",
  SQS_QUEUE_PREFIX: undefined,
  AWS_REGION: undefined,
  AMQP_URL: "http://h",
  RMQ_AGENTS_VHOST: "",
  RMQ_REQUEST_EXCHANGE: "",
  RMQ_RESPONSE_EXCHANGE: "",
  PUBLIC_URL: "netcheck",
  TRUSTED_PROXIES: "10/8",
  ALIVE_FILE: "",
  METRICS_NAMESPACE: "",
  METRICS_PORT: "65536",
  METRICS_HOST: "",
  HOST: "",
  PORT: "65536",
};

const PROGRAMS = {
  platform: {
    names: Object.keys(PlatformSettings.shape),
    common: Object.keys(Base.shape),
    read: (env: NodeJS.ProcessEnv) => readSettings(PlatformSettings, env),
  },
  worker: {
    names: Object.keys(WorkerSettings.shape),
    common: Object.keys(WorkerSettings.shape),
    read: (env: NodeJS.ProcessEnv) => readSettings(WorkerSettings, env),
  },
  api: {
    names: Object.keys(Listen.shape),
    common: Object.keys(Listen.shape),
    read: (env: NodeJS.ProcessEnv) => readSettings(Listen, env),
  },
};

describe.each(Object.entries(PROGRAMS))("the %s", (_program, { names, common, read }) => {
  it.each(common)("names %s where it cannot be read", (name) => {
    expect(Object.keys(MALFORMED), "a row in MALFORMED").toContain(name);
    const bad = MALFORMED[name];
    if (bad === undefined) return;
    expect(() => read({ ...whole, [name]: bad })).toThrow(new RegExp(`^  ${name}[.:]`, "m"));
  });

  it("starts with what is written, and names all that it lacks at once", () => {
    expect(() => read(whole)).not.toThrow();
    const needed = names.filter((name) => {
      try {
        read({ ...whole, [name]: undefined });
        return false;
      } catch (error) {
        expect(String(error)).toContain(`  ${name}: `);
        return true;
      }
    });
    const lacking = Object.fromEntries(
      Object.entries(whole).filter(([it]) => !needed.includes(it)),
    );
    for (const name of needed) expect(() => read(lacking)).toThrow(`  ${name}: `);
  });
});
