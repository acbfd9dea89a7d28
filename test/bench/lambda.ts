import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";

import { ALL } from "@netcheck/api/contexts";
import { consumedBy } from "@netcheck/api/queues";
import { settingsOf } from "@netcheck/api/settings";
import { startNeonProxy } from "@netcheck/local/neon-proxy";
import type { Netcheck } from "@netcheck/local/netcheck";
import { systemAccessToken } from "@netcheck/local/prepare";
import { startRedisBridge } from "@netcheck/local/redis-bridge";
import { startSecrets } from "@netcheck/local/secrets-stand-in";

import { bundle } from "../../packages/api/deploy/bundle.ts";
import { type ColdStart, coldStart, loadsOf } from "../support/cold-start.ts";
import { buildBare, HEALTH, HONO } from "./bare-function.ts";
import { measureStarts, type Starts, startsOf } from "./starts.ts";
import type { Row } from "./table.ts";

const ROOT = join(import.meta.dirname, "../..");
const MOST_KB = 500;
const EXTERNAL = ALL.flatMap(({ installs }) => Object.keys(installs));

type Given = { contexts: readonly string[]; event: object; queue?: string };
type Cloud = Awaited<ReturnType<typeof openCloud>>;
type Deployed = Awaited<ReturnType<Cloud["http"]>>;

/**
 * Cold starts of the functions, in processes of their own, beside one of hono alone, in turn. The first
 * answer is one to `/health`, on both sides; ours has opened the whole platform before it, with the
 * secrets read. A write is a check, from the sign-in found in Redis to the message in SQS.
 */
export async function measureLambda(netcheck: Netcheck, folder: string): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  await mkdir(folder, { recursive: true });
  // Bundles look for the packages that are installed beside them in the folders above.
  await symlink(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const cloud = await openCloud(netcheck, folder, stack);
  const signedIn = await signIn(netcheck, stack);
  const { http, consumers, rounds } = cloud;

  const sizes: Row[] = [];
  for (const { name: context, routes } of ALL) {
    const [path = "/"] = Object.keys(routes);
    const rawPath = path === "/" ? "/health" : path;
    const given = { contexts: [context], event: { ...HEALTH, rawPath } };
    sizes.push(await sizeOf(`http-${context}`, await http(given)));
  }
  for (const context of ALL)
    for (const queue of consumedBy(context)) {
      const given = { contexts: [context.name], queue, event: { Records: [] } };
      sizes.push(await sizeOf(queue, await consumers(given)));
    }
  const isOpen = ({ secrets }: (typeof ALL)[number]) => secrets.length === 0;
  const own = ALL.filter((context) => !isOpen(context));
  for (const round of [ALL.filter(isOpen), ...own.map((context) => [context])]) {
    const contexts = round.map(({ name }) => name);
    sizes.push(
      await sizeOf(`minutely of ${contexts.join(", ")}`, await rounds({ contexts, event: {} })),
    );
  }

  const floor = startsOf(
    { bundle: await buildBare(folder, HONO), handler: "handler", event: HEALTH, env: {} },
    200,
  );
  const answer = startsOf((await http({ contexts: ["platform"], event: HEALTH })).start, 200);
  const reads = [];
  for (const name of ["agents", "checks"]) {
    const event = signedIn({ rawPath: `/api/v1/${name}` });
    const { start } = await http({ contexts: [name], event });
    reads.push({ name, starts: startsOf(start, 200) });
  }
  const check = { type: "tcp", target: "127.0.0.1", port: 1 };
  const event = signedIn({ rawPath: "/api/v1/checks" }, check);
  const write = startsOf((await http({ contexts: ["checks"], event })).start, 202);
  await measureStarts([floor, answer, ...reads.map(({ starts }) => starts), write]);

  return [
    ...sizes,
    row("http-platform, init + first answer", answer, floor, 3),
    ...reads.map(({ name, starts }) =>
      row(`http-${name}, init + first signed-in read`, starts, floor, 4),
    ),
    row("http-checks, init + first write", write, floor, 5.5),
  ];
}

async function sizeOf(what: string, { start, ...built }: Deployed): Promise<Row> {
  const { loaded } = await coldStart({ ...start, listens: true });
  const { bytes, files } = loadsOf(built, loaded);
  const kb = bytes / 1024;
  return {
    what: `function ${what}, loaded until its first answer`,
    floor: "",
    measured: `${kb.toFixed(0)} KB in ${files} files`,
    budget: `≤ ${MOST_KB} KB`,
    met: kb <= MOST_KB,
  };
}

/**
 * The budget is of the time until the answer. The processor's time is reported beside it, for the
 * stand-ins of AWS, Neon and Upstash compute on the same processors while the function waits.
 */
function row(what: string, ours: Starts, floor: Starts, most: number): Row {
  const times = (of: "totalMs" | "cpuMs") => {
    const [mine, bare] = [ours.median(of), floor.median(of)];
    return `${mine.toFixed(0)} ms, ${(mine / bare).toFixed(2)}×`;
  };
  return {
    what: `function ${what}`,
    floor: `hono alone ${floor.median("totalMs").toFixed(0)} ms, CPU ${floor.median("cpuMs").toFixed(0)} ms`,
    measured: `${times("totalMs")}; CPU ${times("cpuMs")}`,
    budget: `≤ ${most}×`,
    met: ours.median("totalMs") <= most * floor.median("totalMs"),
  };
}

/** The bundles, and the stage's own shape around them: secrets by names, Neon over a WebSocket, Redis over REST. */
async function openCloud({ env }: Netcheck, folder: string, stack: AsyncDisposableStack) {
  const { hostname: host, port } = new URL(env["DATABASE_URL"] ?? "");
  const neon = await startNeonProxy({ host, port: Number(port) });
  stack.defer(() => neon.close());
  const bridge = await startRedisBridge({ redisUrl: env["REDIS_URL"] ?? "" });
  stack.defer(() => bridge.close());
  const redis = new URL(bridge.url);
  redis.username = "default";
  redis.password = bridge.token;
  const names = ["DATABASE_URL", "AMQP_MANAGEMENT_URL", "TOKEN_KEYS"];
  const values = names.map((name) => [name, env[name] ?? ""] as const);
  const secrets = await startSecrets({ ...Object.fromEntries(values), REDIS_URL: redis.href });
  stack.defer(() => secrets.close());
  // Settings only: the floor is not given what else is in this shell either.
  const secret = new Set([...names, "REDIS_URL"]);
  const plain = Object.keys((await settingsOf()).shape).filter((name) => !secret.has(name));
  const given = plain.filter((name) => env[name] !== undefined);
  const around = {
    ...Object.fromEntries(given.map((name) => [name, env[name]])),
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "nobody",
    AWS_SECRET_ACCESS_KEY: "nobody",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    NEON_PROXY: neon.address,
    RMQ_WORKER_USER: new URL(env["AMQP_MANAGEMENT_URL"] ?? "").username,
  };

  const openFunction = (handler: string, needs: readonly string[]) => async (given: Given) => {
    const { contexts, event, queue } = given;
    const [file, called = ""] = handler.split(".");
    const place = join(folder, [file, ...contexts].join("-"));
    await mkdir(place, { recursive: true });
    const entry = `packages/api/src/${file}.ts`;
    const chunks = await bundle({ entry, contexts, folder: place, external: EXTERNAL });
    const own = ALL.filter(({ name }) => contexts.includes(name));
    const data = ["DATABASE_URL", "REDIS_URL"];
    const read = [...data, ...needs, ...own.flatMap((one) => one.secrets ?? [])];
    const arns = Object.fromEntries(read.map((name) => [`${name}_SECRET_ARN`, name]));
    const CONTEXTS = contexts.join(",");
    const start: ColdStart = {
      bundle: join(place, "bundle.mjs"),
      handler: called,
      event,
      env: { ...around, ...arns, CONTEXTS, ...(queue && { QUEUE: queue }) },
    };
    return { folder: place, chunks, start };
  };

  return {
    http: openFunction("lambda.handler", ["TOKEN_KEYS"]),
    consumers: openFunction("lambda-consumers.handler", []),
    rounds: openFunction("lambda-schedules.minutely", []),
  };
}

/** Requests of one who signed in; with a body, one that writes. */
async function signIn({ env }: Netcheck, stack: AsyncDisposableStack) {
  const session = await systemAccessToken(env);
  stack.defer(() => session.end());
  const { headers, requestContext } = HEALTH;
  const authorization = `Bearer ${session.accessToken}`;
  return (more: { rawPath: string }, body?: object) => ({
    ...HEALTH,
    ...more,
    headers: { ...headers, authorization, ...(body && { "content-type": "application/json" }) },
    ...(body && {
      body: JSON.stringify(body),
      requestContext: { ...requestContext, http: { ...requestContext.http, method: "POST" } },
    }),
  });
}
