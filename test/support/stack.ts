import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { migrateDatabase } from "@netcheck/local/migrate";
import { createSqsQueues } from "@netcheck/local/prepare";
import { startServices } from "@netcheck/local/services";

import { administer, databaseUrl, TEMPLATE } from "./database.ts";

/** Real services in a throw-away home, one set for all files; each file takes its own part of them. */
export default async function setup() {
  const home = await mkdtemp(join(tmpdir(), "netcheck-test-"));
  await chmod(home, 0o711);
  const report = (line: string) => void process.stderr.write(`${line}\n`);
  const services = await startServices({ home, host: "127.0.0.1", given: {}, report });
  Object.assign(process.env, services.settings);
  await Promise.all([
    services.ready.postgres.then(makeTemplate),
    services.ready.sqs.then(() => createSqsQueues(services.settings.SQS_ENDPOINT)),
    services.ready.redis,
    services.ready.rabbitmq,
  ]);
  return async () => {
    await services.stop();
    await rm(home, { recursive: true, force: true });
  };
}

async function makeTemplate() {
  await administer(`create database ${TEMPLATE}`);
  await migrateDatabase(databaseUrl(TEMPLATE));
}
