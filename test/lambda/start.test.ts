import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";

import { ALL } from "@netcheck/api/contexts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { bundle } from "../../packages/api/deploy/bundle.ts";
import type { Build } from "../infra/build-function.ts";
import { graphOf } from "../infra/graph.ts";
import { openCloud } from "../support/cloud.ts";
import { coldStart, loadsOf } from "../support/cold-start.ts";
import { withNewcomer } from "../support/newcomer.ts";

const ROOT = join(import.meta.dirname, "../..");
const PREFIX = "netcheck-test-";
const MOST_BYTES = 500 * 1024;
/** Each costs about a millisecond. */
const MOST_FILES = 6;
/** What a context says of itself is in the hands of everybody who goes through their list. */
const SAID_BYTES = 2 * 1024;

const graph = graphOf("test");
const functions = graph.functions().flatMap((declared) => {
  const build = graph.builds.find(({ functionID }) => declared.logical.startsWith(functionID));
  const { CONTEXTS, QUEUE } = declared.environment.variables;
  const called = declared.name.slice(PREFIX.length);
  if (!build || CONTEXTS === undefined) return [];
  return [{ ...declared, called, build, queue: QUEUE, own: CONTEXTS.split(",") }];
});
type Declared = (typeof functions)[number];

let cloud: Awaited<ReturnType<typeof openCloud>>;
let folder = "";

beforeAll(async () => {
  cloud = await openCloud({ region: "eu-central-1", prefix: PREFIX });
  folder = await mkdtemp(join(tmpdir(), "netcheck-start-"));
});
afterAll(async () => {
  await cloud[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function fixture(name: string) {
  const text = await readFile(join(ROOT, `test/fixtures/lambda/${name}.json`), "utf8");
  return JSON.parse(text) as object;
}

/** A request of its own paths, a message that is none, or a turn of the clock. */
async function firstEvent({ called, queue, own }: Declared) {
  if (queue !== undefined) return await fixture("sqs");
  if (!called.startsWith("http-")) return {};
  const [path = "/"] = ALL.filter(({ name }) => own.includes(name)).flatMap(({ routes }) =>
    Object.keys(routes),
  );
  return { ...(await fixture("http-get")), rawPath: path === "/" ? "/health" : path };
}

async function untilAnswer(one: Declared, of: Pick<Build, "folder" | "chunks"> = one.build) {
  const broker = new URL(cloud.vhost.managementUrl);
  const { answer, loaded } = await coldStart({
    bundle: join(of.folder, "bundle.mjs"),
    handler: extname(one.handler).slice(1),
    event: await firstEvent(one),
    env: { ...one.environment.variables, ...cloud.around, RMQ_WORKER_USER: broker.username },
    listens: true,
  });
  expect(answer?.error).toBeUndefined();
  expect(answer?.statusCode ?? 200).toBeLessThan(500);
  return loadsOf(of, loaded);
}

describe("what is loaded until a function has answered first", () => {
  it("[KRN-54] is asked of every function of a context", () => {
    const asked = functions.flatMap(({ own }) => own);
    expect([...new Set(asked)].toSorted()).toEqual(ALL.map(({ name }) => name).toSorted());
    expect(functions.length).toBeGreaterThan(2 * ALL.length);
  });

  it.each(functions)("[KRN-54] by $called is at most 500 KB, and nobody else's", async (one) => {
    const { bytes, sources } = await untilAnswer(one);
    expect(bytes).toBeGreaterThan(100 * 1024);
    expect(bytes).toBeLessThanOrEqual(MOST_BYTES);
    // Who asks and what is kept on record are identity's, whoever's function it is.
    const foreign = ALL.filter(({ name }) => ![...one.own, "identity", "platform"].includes(name));
    for (const { name } of foreign) {
      const own = sources.filter((path) => path.startsWith(`packages/${name}/`));
      expect(own.filter((path) => !path.endsWith("/src/context.ts"))).toEqual([]);
    }
    expect(sources.filter((name) => /^(@aws-sdk\/|@node-rs\/|pg$)/.test(name))).toEqual([]);
  });

  // Nobody waits for the clock's.
  const waitedFor = functions.filter(({ called }) => !/^(minutely|daily)/.test(called));

  it.each(waitedFor)("[KRN-54] by $called is in at most 6 files", async (one) => {
    const { files } = await untilAnswer(one);
    expect(files).toBeGreaterThan(1);
    expect(files).toBeLessThanOrEqual(MOST_FILES);
  });

  // One of each entry point; what differs between the functions of one is their environment.
  const ofEach = functions.filter(({ called }) =>
    ["http-checks", "agent-results", "minutely"].includes(called),
  );

  it.each(ofEach)("[KRN-54] by $called is not raised by a context to come", async (one) => {
    const chunks = await bundle({
      entry: one.build.input.handler.replace(/\.[^.]+$/, ".ts"),
      contexts: one.own,
      folder,
      external: one.build.input.properties?.esbuild?.external ?? [],
      plugins: [withNewcomer],
    });
    const built = chunks.flatMap(({ sources }) => sources);
    expect(built.some((path) => path.endsWith("bell.routes.ts"))).toBe(true);
    const [before, after] = [await untilAnswer(one), await untilAnswer(one, { folder, chunks })];
    expect(after.sources.filter((path) => path.includes("bell"))).toEqual([]);
    expect(after.bytes - before.bytes).toBeLessThanOrEqual(SAID_BYTES);
  });
});
