import { readSettings } from "@netcheck/kernel/settings";
import { Listen } from "@netcheck/local/listen";
import { Settings as WorkerSettings } from "@netcheck/worker/env";
import { describe, expect, it } from "vitest";

import {
  allSettings,
  example,
  platformNames,
  PlatformSettings,
  whole,
  workerNames,
  written,
} from "./support/settings.ts";

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

  it("shows the defaults that the programs have", () => {
    const { TOKEN_KEYS, SQS_ENDPOINT, REDIS_URL, ...own } = whole;
    const given = { ...own, TOKEN_KEYS, REDIS_URL, SQS_ENDPOINT };
    const commented = new Set(
      [...example.matchAll(/^#([A-Z0-9_]+)=/gm)].map(([, name]) => name ?? ""),
    );
    const isDefault = ([name]: [string, string]) => !commented.has(name) || EXAMPLES.includes(name);
    const without = Object.fromEntries(Object.entries(given).filter(isDefault));
    expect(readSettings(PlatformSettings, without)).toEqual(readSettings(PlatformSettings, given));
    expect(readSettings(WorkerSettings, without)).toEqual(readSettings(WorkerSettings, given));
    expect(readSettings(Listen, without)).toEqual(readSettings(Listen, given));
  });
});

/** Written as an example: these have no default. */
const EXAMPLES = [
  "AGENT_ALLOW",
  "NEON_PROXY",
  "SQS_ENDPOINT",
  "PORT",
  "ALIVE_FILE",
  "METRICS_NAMESPACE",
  "METRICS_PORT",
];

/** What each program cannot read, by setting; a setting that takes any text has none. */
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
  AMQP_MANAGEMENT_URL: "amqp://h",
  AGENT_AMQP_URL: "http://h",
  RMQ_AGENTS_VHOST: "",
  RMQ_REQUEST_EXCHANGE: "",
  RMQ_RESPONSE_EXCHANGE: "",
  AGENT_HEARTBEAT_INTERVAL_SEC: "0",
  AGENT_HEARTBEAT_TIMEOUT_SEC: "soon",
  ACCESS_TOKEN_EXPIRE_MINUTES: "61",
  REFRESH_TOKEN_EXPIRE_DAYS: "-1",
  TOKEN_KEYS: '{"keys":[]}',
  PUBLIC_URL: "netcheck",
  ALLOWED_ORIGINS: "watch.example.com",
  TRUSTED_PROXIES: "10/8",
  NETCHECK_ALLOW: "10.0.0.0/40",
  AGENT_ALLOW: "10.0.0.0/33",
  AUDIT_RETENTION_DAYS: "29",
  CHECK_RETENTION_DAYS: "0",
  ANONYMOUS_CHECKS: "yes",
  CHECK_LIMIT_PERSON: "99",
  CHECK_LIMIT_KEY: "many",
  CHECK_LIMIT_ADDRESS: "-1",
  CHECK_LIMIT_TARGET: "0",
  CHECK_LIMIT_ANONYMOUS: "4",
  ALIVE_FILE: "",
  METRICS_NAMESPACE: "",
  METRICS_PORT: "65536",
  METRICS_HOST: "",
  HOST: "",
  PORT: "65536",
};

const PROGRAMS = {
  platform: {
    names: platformNames,
    read: (env: NodeJS.ProcessEnv) => readSettings(PlatformSettings, env),
  },
  worker: {
    names: workerNames,
    read: (env: NodeJS.ProcessEnv) => readSettings(WorkerSettings, env),
  },
  api: {
    names: Object.keys(Listen.shape),
    read: (env: NodeJS.ProcessEnv) => readSettings(Listen, env),
  },
};

describe.each(Object.entries(PROGRAMS))("the %s", (_program, { names, read }) => {
  it.each(names)("names %s where it cannot be read", (name) => {
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
