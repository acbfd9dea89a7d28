import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

import { problem } from "./problem.ts";
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

/** Finds those that are wanted of `redis-server` (or `valkey-server`) and RabbitMQ, installing them first where we may. */
export async function findPrograms(
  wanted: { redis: boolean; rabbitmq: boolean },
  report: (line: string) => void,
  signal: AbortSignal,
): Promise<{ redis: string | undefined; rabbitmq: RabbitmqPrograms | undefined }> {
  const missing: SystemPackage[] = [];
  if (wanted.redis && !findRedis()) missing.push("redis");
  if (wanted.rabbitmq && !findRabbitmq()) missing.push("rabbitmq");
  if (missing.length > 0) await installPackages(missing, report, signal);
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

function findRedis(): string | undefined {
  return find("redis-server") ?? find("valkey-server");
}

function findRabbitmq(): RabbitmqPrograms | undefined {
  const epmd = find("epmd");
  const folder = RABBITMQ_FOLDERS.find((one) => isProgram(join(one, "rabbitmq-server")));
  if (!epmd || !folder || !find("erl")) return undefined;
  return { server: join(folder, "rabbitmq-server"), epmd };
}

function find(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...MORE_FOLDERS];
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
