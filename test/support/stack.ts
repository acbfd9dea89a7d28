import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { migrateDatabase } from "@netcheck/local/migrate";
import { createSqsQueues } from "@netcheck/local/prepare";
import { startServices } from "@netcheck/local/services";

import { administer, databaseUrl, OWN_TEMPLATE, TEMPLATE } from "./database.ts";

/** Where a run hands the settings of the services that it has started. */
export const STACK = "NETCHECK_TEST_STACK";

/** Real services in a throw-away home, one set for all files; each file takes its own part of them. */
export async function openStack(signal?: AbortSignal) {
  await using stack = new AsyncDisposableStack();
  const home = await mkdtemp(join(tmpdir(), "netcheck-test-"));
  stack.defer(() => rm(home, { recursive: true, force: true }));
  await chmod(home, 0o711);
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const options = { home, host: "127.0.0.1", given: {}, report, ...(signal && { signal }) };
  const { settings, ready, stop } = await startServices(options);
  stack.defer(stop);
  await Promise.all([
    ready.postgres.then(() => makeTemplate(settings.DATABASE_URL)),
    ready.sqs.then(() => createSqsQueues(settings.SQS_ENDPOINT)),
    ready.redis,
    ready.rabbitmq,
  ]);
  const owned = stack.move();
  return { settings, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** For vitest: the services that the run has started, or else some of its own. */
export default async function setup() {
  const handed = process.env[STACK];
  if (handed !== undefined) {
    Object.assign(process.env, JSON.parse(handed));
    if (process.env[OWN_TEMPLATE] !== undefined) await makeTemplate();
    return undefined;
  }
  const stack = await openStack();
  Object.assign(process.env, stack.settings);
  return () => stack[Symbol.asyncDispose]();
}

async function makeTemplate(server?: string) {
  await administer(`create database ${TEMPLATE}`, server);
  await migrateDatabase(databaseUrl(TEMPLATE, server));
}
