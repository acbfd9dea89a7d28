import { join } from "node:path";

import { isProblem, problem } from "./problem.ts";
import { findProgram, isProgram } from "./program-path.ts";
import { installPackages, type SystemPackage } from "./system-packages.ts";

/** The programs of a RabbitMQ that is installed on this machine. */
export type RabbitmqPrograms = { server: string; epmd: string };

// Debian keeps the stock script apart from its own, which only root and rabbitmq may run.
const RABBITMQ_FOLDERS = [
  "/usr/lib/rabbitmq/bin",
  "/opt/homebrew/opt/rabbitmq/sbin",
  "/usr/local/opt/rabbitmq/sbin",
  "/opt/rabbitmq/sbin",
];
const MORE_FOLDERS = [
  "/usr/bin",
  "/usr/local/bin",
  "/usr/sbin",
  "/usr/local/sbin",
  "/opt/homebrew/bin",
];
const OTHER_WAYS =
  "Or start services of your own (compose.yaml does) and name them: REDIS_URL, AMQP_URL with AMQP_MANAGEMENT_URL.";

/** Finds those that are wanted of `redis-server` (or `valkey-server`) and RabbitMQ, installing them first where we may. */
export async function findPrograms(
  wanted: { redis: boolean; rabbitmq: boolean },
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<{ redis: string | undefined; rabbitmq: RabbitmqPrograms | undefined }> {
  const missing: SystemPackage[] = [];
  if (wanted.redis && !findRedis()) missing.push("redis");
  if (wanted.rabbitmq && !findRabbitmq()) missing.push("rabbitmq");
  if (missing.length > 0) await bring(missing, report, signal);
  const redis = wanted.redis ? findRedis() : undefined;
  const rabbitmq = wanted.rabbitmq ? findRabbitmq() : undefined;
  const absent = [
    wanted.redis && !redis && "redis-server",
    wanted.rabbitmq && !rabbitmq && "rabbitmq-server",
  ];
  const names = absent.filter((name) => name !== false);
  if (names.length > 0)
    throw problem(
      `${names.join(" and ")} cannot be found, though installed just now. Is the package whole?`,
    );
  return { redis, rabbitmq };
}

async function bring(
  missing: readonly SystemPackage[],
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    await installPackages(missing, report, signal);
  } catch (error) {
    throw isProblem(error) ? problem(`${error.message}\n  ${OTHER_WAYS}`, error) : error;
  }
}

function findRedis(): string | undefined {
  return findProgram("redis-server", MORE_FOLDERS) ?? findProgram("valkey-server", MORE_FOLDERS);
}

function findRabbitmq(): RabbitmqPrograms | undefined {
  const epmd = findProgram("epmd", MORE_FOLDERS);
  const folder = RABBITMQ_FOLDERS.find((one) => isProgram(join(one, "rabbitmq-server")));
  if (!epmd || !folder || !findProgram("erl", MORE_FOLDERS)) return undefined;
  return { server: join(folder, "rabbitmq-server"), epmd };
}
