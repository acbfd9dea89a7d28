import { execFile } from "node:child_process";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { settingsOf } from "@netcheck/api/settings";
import { startNeonProxy } from "@netcheck/local/neon-proxy";
import type { Netcheck } from "@netcheck/local/netcheck";
import { systemAccessToken } from "@netcheck/local/prepare";
import { startRedisBridge } from "@netcheck/local/redis-bridge";
import { startSecrets } from "@netcheck/local/secrets-stand-in";
import * as esbuild from "esbuild";

import { buildFunction, startBytes } from "../infra/build-function.ts";
import { percentile, type Row } from "./table.ts";

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
const COLD_START = join(import.meta.dirname, "cold-start.mjs");
const EVENT = join(ROOT, "test/fixtures/lambda/http-get.json");
const ROUNDS = 11;
const BUDGET_BYTES = 600 * 1024;

const FLOOR = `import { Hono } from "hono";
import { handle } from "hono/aws-lambda";
export const handler = handle(new Hono().get("/health", (c) => c.json({ status: "ok" })));`;

/**
 * Cold starts of the API's bundle, in processes of their own, beside one of hono alone, in turn. An
 * answer is one to `/health`, on both sides; ours has opened the whole platform before it, with the
 * secrets read. A write is a check, from the sign-in found in Redis to the message in SQS.
 */
export async function measureLambda(netcheck: Netcheck, folder: string): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  await mkdir(folder, { recursive: true });
  // Bundles look for the packages that are installed beside them in the folders above.
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const bare = await buildFloor(folder);
  const ours = await buildFunction(ROOT, folder, {
    functionID: "Http",
    handler: "packages/api/src/lambda.handler",
    runtime: "nodejs24.x",
    properties: {
      minify: true,
      splitting: true,
      esbuild: { keepNames: false },
      install: ["@node-rs/argon2"],
    },
  });
  const env = await functionEnv(netcheck, stack);
  const session = await systemAccessToken(netcheck.env);
  stack.defer(() => session.end());
  const events = await writeEvents(folder, session.accessToken);
  const bundle = join(ours.folder, "bundle.mjs");

  const floor = start({ bundle: bare, event: EVENT, env: {}, expected: 200 });
  const answer = start({ bundle, event: EVENT, env, expected: 200 });
  const read = start({ bundle, event: events.read, env, expected: 200 });
  const written = start({ bundle, event: events.write, env, expected: 202 });
  for (let round = 0; round < ROUNDS; round++)
    for (const one of [floor, answer, read, written]) one.took.push(await coldStart(one));

  return [
    {
      what: "API Lambda, what is loaded at the start",
      floor: "",
      measured: `${(startBytes(ours) / 1024).toFixed(0)} KB`,
      budget: "≤ 600 KB",
      met: startBytes(ours) <= BUDGET_BYTES,
    },
    row("init + first answer", answer, floor, 2.2),
    row("init + first signed-in read", read, floor),
    row("init + first write", written, floor, 4),
  ];
}

type Took = { totalMs: number; cpuMs: number };
type Start = { bundle: string; event: string; env: NodeJS.ProcessEnv; expected: number };
type Starts = Start & { took: Took[] };

function start(one: Start): Starts {
  return { ...one, took: [] };
}

/**
 * The budget is of the time until the answer. The processor's time is reported beside it, for the
 * stand-ins of AWS, Neon and Upstash compute on the same processors while the function waits.
 */
function row(what: string, ours: Starts, floor: Starts, most?: number): Row {
  const total = median(ours, "totalMs");
  const floorTotal = median(floor, "totalMs");
  const cpu = median(ours, "cpuMs");
  const floorCpu = median(floor, "cpuMs");
  const times = (a: number, b: number) => `${a.toFixed(0)} ms, ${(a / b).toFixed(2)}×`;
  return {
    what: `API Lambda, ${what}`,
    floor: `hono alone ${floorTotal.toFixed(0)} ms, CPU ${floorCpu.toFixed(0)} ms`,
    measured: `${times(total, floorTotal)}; CPU ${times(cpu, floorCpu)}`,
    budget: most === undefined ? "" : `≤ ${most}×`,
    ...(most !== undefined && { met: total <= most * floorTotal }),
  };
}

function median({ took }: Starts, of: keyof Took) {
  return percentile(
    took.map((one) => one[of]),
    0.5,
  );
}

async function buildFloor(folder: string) {
  const outfile = join(folder, "floor.mjs");
  const stdin = { contents: FLOOR, resolveDir: ROOT, loader: "ts" } as const;
  const options = { bundle: true, minify: true, platform: "node", format: "esm" } as const;
  await esbuild.build({ ...options, target: "es2024", stdin, outfile, logLevel: "silent" });
  return outfile;
}

/** The stage's own shape: secrets by their names, Neon over a WebSocket, Redis over REST. */
async function functionEnv({ env }: Netcheck, stack: AsyncDisposableStack) {
  const { hostname: host, port } = new URL(env["DATABASE_URL"] ?? "");
  const neon = await startNeonProxy({ host, port: Number(port) });
  stack.defer(() => neon.close());
  const bridge = await startRedisBridge({ redisUrl: env["REDIS_URL"] ?? "" });
  stack.defer(() => bridge.close());
  const redis = new URL(bridge.url);
  redis.username = "default";
  redis.password = bridge.token;
  const names = ["DATABASE_URL", "AMQP_MANAGEMENT_URL", "TOKEN_KEYS"] as const;
  const values = names.map((name) => [name, env[name] ?? ""] as const);
  const secrets = await startSecrets({ ...Object.fromEntries(values), REDIS_URL: redis.href });
  stack.defer(() => secrets.close());
  // Settings only: the floor is not given what else is in this shell either.
  const secret = new Set<string>([...names, "REDIS_URL"]);
  const plain = Object.keys((await settingsOf()).shape).filter((name) => !secret.has(name));
  const given = plain.filter((name) => env[name] !== undefined);
  return {
    ...Object.fromEntries(given.map((name) => [name, env[name]])),
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "nobody",
    AWS_SECRET_ACCESS_KEY: "nobody",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    NEON_PROXY: neon.address,
    REDIS_URL_SECRET_ARN: "REDIS_URL",
    ...Object.fromEntries(names.map((name) => [`${name}_SECRET_ARN`, name])),
  };
}

async function writeEvents(folder: string, accessToken: string) {
  const event = JSON.parse(await readFile(EVENT, "utf8")) as {
    headers: Record<string, string>;
    requestContext: { http: { method: string } };
  };
  event.headers["authorization"] = `Bearer ${accessToken}`;
  const write = async (name: string, more: object) => {
    const file = join(folder, `${name}.json`);
    await writeFile(file, JSON.stringify({ ...event, ...more }));
    return file;
  };
  const read = await write("read", { rawPath: "/api/v1/agents" });
  event.headers["content-type"] = "application/json";
  event.requestContext.http.method = "POST";
  const body = JSON.stringify({ type: "tcp", target: "127.0.0.1", port: 1 });
  return { read, write: await write("write", { rawPath: "/api/v1/checks", body }) };
}

async function coldStart({ bundle, event, env, expected }: Start): Promise<Took> {
  const args = [COLD_START, bundle, event];
  const { stdout, stderr } = await run(process.execPath, args, {
    env: { PATH: process.env["PATH"], ...env },
    timeout: 30_000,
  });
  const answer = JSON.parse(stdout) as Took & { statusCode: number };
  if (answer.statusCode !== expected) throw new Error(`${bundle}: ${stdout} ${stderr}`);
  return answer;
}
