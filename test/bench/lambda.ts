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

import { buildFunction } from "../infra/build-function.ts";
import { type ColdStart, coldStart, loadsOf } from "../support/cold-start.ts";
import { buildBare, HEALTH, HONO } from "./bare-function.ts";
import { measureStarts, type Starts, startsOf } from "./starts.ts";
import type { Row } from "./table.ts";

const ROOT = join(import.meta.dirname, "../..");
const MOST_KB = 500;

type Given = { contexts: readonly string[]; event: object; queue?: string };
type Cloud = Awaited<ReturnType<typeof openCloud>>;

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
    sizes.push(await sizeOf(`http-${context}`, http, http.start(given)));
  }
  for (const context of ALL)
    for (const queue of consumedBy(context)) {
      const given = { contexts: [context.name], queue, event: { Records: [] } };
      sizes.push(await sizeOf(queue, consumers, consumers.start(given)));
    }
  const isOpen = ({ secrets }: (typeof ALL)[number]) => secrets.length === 0;
  const own = ALL.filter((context) => !isOpen(context));
  for (const round of [ALL.filter(isOpen), ...own.map((context) => [context])]) {
    const contexts = round.map(({ name }) => name);
    const start = rounds.start({ contexts, event: {} });
    sizes.push(await sizeOf(`minutely of ${contexts.join(", ")}`, rounds, start));
  }

  const floor = startsOf(
    { bundle: await buildBare(folder, HONO), handler: "handler", event: HEALTH, env: {} },
    200,
  );
  const answer = startsOf(http.start({ contexts: ["platform"], event: HEALTH }), 200);
  const reads = ["agents", "checks"].map((name) => {
    const event = signedIn({ rawPath: `/api/v1/${name}` });
    return { name, starts: startsOf(http.start({ contexts: [name], event }), 200) };
  });
  const check = { type: "tcp", target: "127.0.0.1", port: 1 };
  const event = signedIn({ rawPath: "/api/v1/checks" }, check);
  const write = startsOf(http.start({ contexts: ["checks"], event }), 202);
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

async function sizeOf(what: string, { build }: Cloud["http"], start: ColdStart): Promise<Row> {
  const { loaded } = await coldStart({ ...start, listens: true });
  const kb = loadsOf(build, loaded).bytes / 1024;
  return {
    what: `function ${what}, loaded until its first answer`,
    floor: "",
    measured: `${kb.toFixed(0)} KB`,
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

  async function openFunction(handler: string, needs: readonly string[]) {
    const build = await buildFunction(ROOT, folder, {
      functionID: handler,
      handler: `packages/api/src/${handler}`,
      runtime: "nodejs24.x",
      properties: {
        minify: true,
        splitting: true,
        esbuild: { keepNames: false, external: ["@node-rs/argon2"] },
      },
    });
    const start = ({ contexts, event, queue }: Given): ColdStart => {
      const own = ALL.filter(({ name }) => contexts.includes(name));
      const read = [
        "DATABASE_URL",
        "REDIS_URL",
        ...needs,
        ...own.flatMap((one) => one.secrets ?? []),
      ];
      const arns = Object.fromEntries(read.map((name) => [`${name}_SECRET_ARN`, name]));
      const bundle = join(build.folder, "bundle.mjs");
      const CONTEXTS = contexts.join(",");
      const env = { ...around, ...arns, CONTEXTS, ...(queue && { QUEUE: queue }) };
      return { bundle, handler: handler.split(".")[1] ?? "", event, env };
    };
    return { build, start };
  }

  return {
    http: await openFunction("lambda.handler", ["TOKEN_KEYS"]),
    consumers: await openFunction("lambda-consumers.handler", []),
    rounds: await openFunction("lambda-schedules.minutely", []),
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
