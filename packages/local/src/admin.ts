import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";

import { openPostgres } from "@netcheck/adapters/postgres";
import { Base } from "@netcheck/api/env";
import { auditRow } from "@netcheck/identity/audit-row";
import { Account, createAdmin } from "@netcheck/identity/first-admin";
import { generatePassword } from "@netcheck/identity/password";
import type { Queue } from "@netcheck/kernel/queue";
import { readSettings } from "@netcheck/kernel/settings";

import { homeDatabase } from "./home-database.ts";
import { DEFAULT_HOME, homeFolder } from "./home-folder.ts";
import { codeOf, messageOf } from "./problem.ts";

const USAGE = `Usage: npm run admin -- create --email ADDRESS [--home DIR]

Makes one more administrator and prints the generated password once: in the database
that DATABASE_URL names, else in that of the Netcheck that runs on this machine in
DIR (default .netcheck in the checkout).
`;

const HOME = { type: "string", default: DEFAULT_HOME } as const;

/** What an administrator makes here tells nobody. */
const NO_QUEUE: Queue = {
  prepare: () => undefined,
  send: () => Promise.reject(new Error("There is no queue here.")),
};

/** For deployments, and for whoever has lost the password that a first start showed. */
async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { email: { type: "string" }, home: HOME, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  if (positionals.join(" ") !== "create" || values.email === undefined) throw new TypeError(USAGE);
  const email = Account.shape.email.safeParse(values.email);
  if (!email.success) throw new TypeError("--email takes an e-mail address.");

  const postgres = openPostgres(databaseOf(process.env, values.home), 1);
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

function databaseOf(env: NodeJS.ProcessEnv, home: string): string {
  if (!env["DATABASE_URL"]) return homeDatabase(homeFolder(home));
  return readSettings(Base.pick({ DATABASE_URL: true }), env).DATABASE_URL;
}

const WORDS = new Map([
  ["42P01", "This database is not migrated yet."],
  [
    "ECONNREFUSED",
    "The database does not answer: start Netcheck (npm start), and do this beside it.",
  ],
]);

try {
  await main();
} catch (error) {
  const code = codeOf(error) ?? (error instanceof Error ? codeOf(error.cause) : undefined);
  process.stderr.write(`${WORDS.get(code ?? "") ?? messageOf(error)}\n`);
  process.exitCode = 1;
}
