import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";

import { openPostgres } from "@netcheck/adapters/postgres";
import { Base } from "@netcheck/api/env";
import { auditRow } from "@netcheck/identity/audit-row";
import { createAdmin } from "@netcheck/identity/first-admin";
import { generatePassword } from "@netcheck/identity/password";
import type { Queue } from "@netcheck/kernel/queue";
import { readSettings } from "@netcheck/kernel/settings";
import * as z from "zod";

import { codeOf, messageOf } from "./problem.ts";

const USAGE = `Usage: npm run admin -- create --email ADDRESS

Makes an administrator in the database that DATABASE_URL names, and prints the
generated password once.
`;

/** What an administrator makes here tells nobody. */
const NO_QUEUE: Queue = {
  prepare: () => undefined,
  send: () => Promise.reject(new Error("There is no queue here.")),
};

/** For deployments; on one machine the first start makes the first administrator. */
async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { email: { type: "string" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const email = z.email().max(254).safeParse(values.email);
  if (positionals.join(" ") !== "create" || !email.success) throw new TypeError(USAGE);

  const { DATABASE_URL } = readSettings(Base.pick({ DATABASE_URL: true }), process.env);
  const postgres = openPostgres(DATABASE_URL, 1);
  const ctx = {
    db: postgres.db,
    actor: { type: "system", job: "admin.create" } as const,
    now: () => new Date(),
    requestId: randomUUID(),
    caller: undefined,
    auditRow,
    queue: NO_QUEUE,
    subscribers: () => [],
  };
  const password = generatePassword();
  try {
    const made = await createAdmin(ctx, { email: email.data, password });
    process.stdout.write(`e-mail    ${made.email}\npassword  ${password}   (shown this once)\n`);
  } finally {
    await postgres.close();
  }
}

try {
  await main();
} catch (error) {
  const isUnmigrated = error instanceof Error && codeOf(error.cause) === "42P01";
  const text = isUnmigrated ? "This database is not migrated yet." : messageOf(error);
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}
