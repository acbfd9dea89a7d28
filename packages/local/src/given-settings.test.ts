import { expect, test } from "vitest";

import { checkGiven } from "./given-settings.ts";

async function look(env: Record<string, string>) {
  const reported: string[] = [];
  await checkGiven(env, (line) => reported.push(line));
  return reported;
}

test("[LOC-1] every setting that cannot be read is named in one message and in plain words, and not what was set", async () => {
  const refused = look({
    LOG_LEVEL: "LOUD",
    CHECK_LIMIT_PERSON: "1",
    ACCESS_TOKEN_EXPIRE_MINUTES: "abc",
    AUDIT_RETENTION_DAYS: "40.5",
    DATABASE_URL: "mysql://u:secret@h/d",
    METRICS_PORT: "99999",
    NETCHECK_ALLOW: "10/8",
  });
  await expect(refused).rejects.toMatchObject({ name: "Problem" });
  const message = await refused.catch(String);
  expect(message).toContain("  LOG_LEVEL: It takes one of DEBUG, INFO, WARNING, ERROR, CRITICAL.");
  expect(message).toContain("  CHECK_LIMIT_PERSON: It takes 100 or more.");
  expect(message).toContain("  ACCESS_TOKEN_EXPIRE_MINUTES: It takes a number.");
  expect(message).toContain("  AUDIT_RETENTION_DAYS: It takes a whole number.");
  expect(message).toContain("  DATABASE_URL: It takes a URL");
  expect(message).toContain("  METRICS_PORT: It takes 65535 at most.");
  expect(message).toContain("  NETCHECK_ALLOW: ");
  expect(message).not.toMatch(/secret|NaN|received|expected/i);
});

test.for([
  [{ ADMIN_EMAIL: "notmail" }, "ADMIN_EMAIL: It takes an e-mail address."],
  [{ ADMIN_PASSWORD: "short" }, "ADMIN_PASSWORD: It takes 12 characters or more."],
  [
    { ADMIN_EMAIL: "Ann.Other@example.com", ADMIN_PASSWORD: "ann.other@example.com" },
    "ADMIN_PASSWORD: It may not be the e-mail address.",
  ],
  [{ HOST: "" }, "HOST: It may not be empty."],
] as const)("[LOC-1] %j is refused", async ([env, words]) => {
  await expect(look({ ...env })).rejects.toThrow(words);
});

test("[LOC-1] nothing set, and an empty name of a service or of the administrator, is as it should be", async () => {
  expect(await look({})).toEqual([]);
  expect(await look({ REDIS_URL: "", DATABASE_URL: "", ADMIN_EMAIL: "" })).toEqual([]);
});

test("[LOC-2] a name that is nearly a setting's is reported with the one that is meant, and no other program's is", async () => {
  const env = {
    CHECK_LIMT_PERSON: "500",
    NETCHECK_ALOW: "10.0.0.0/8",
    ADMIN_MAIL: "a@example.com",
  };
  const foreign = { HOSTNAME: "h", NO_PROXY: "h", HTTPS_PROXY: "http://h", AWS_PROFILE: "p" };
  expect(await look({ ...env, ...foreign, NETCHECK_URL: "http://h" })).toEqual([
    "CHECK_LIMT_PERSON is no setting: is CHECK_LIMIT_PERSON meant?",
    "NETCHECK_ALOW is no setting: is NETCHECK_ALLOW meant?",
    "ADMIN_MAIL is no setting: is ADMIN_EMAIL meant?",
  ]);
});
