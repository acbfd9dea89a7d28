import { randomBytes } from "node:crypto";

import { openPostgres } from "@netcheck/adapters/postgres";
import { Client } from "pg";

/** Where a run names a template that it makes itself, over services that another has started. */
export const OWN_TEMPLATE = "NETCHECK_TEST_TEMPLATE";
export const TEMPLATE = process.env[OWN_TEMPLATE] ?? "netcheck_template";

const given = () => process.env["DATABASE_URL"] ?? "";

/** The same server, another database. */
export function databaseUrl(name: string, server = given()) {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** A private copy of the migrated template, made per file: files run in parallel and never clean up. */
export async function freshDatabase() {
  const name = `test_${randomBytes(6).toString("hex")}`;
  await administer(`create database ${name} template ${TEMPLATE}`);
  const url = databaseUrl(name);
  const { db, close } = openPostgres(url);
  return {
    url,
    db,
    async [Symbol.asyncDispose]() {
      await close();
      await administer(`drop database ${name} with (force)`);
    },
  };
}

export async function administer(statement: string, server = given()) {
  const client = new Client({ connectionString: databaseUrl("postgres", server) });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
