import { readFile } from "node:fs/promises";
import { join } from "node:path";

import * as esbuild from "esbuild";

import { BANNER } from "../infra/build-function.ts";

const ROOT = join(import.meta.dirname, "../..");

type Event = {
  headers: Record<string, string>;
  requestContext: { http: Record<string, string> };
};

/** An event of API Gateway's HTTP API that asks `/health`. */
export const HEALTH = JSON.parse(
  await readFile(join(ROOT, "test/fixtures/lambda/http-get.json"), "utf8"),
) as Event;

/** The floor: the smallest function that answers a request with hono. */
export const HONO = `import { Hono } from "hono";
import { handle } from "hono/aws-lambda";
export const handler = handle(new Hono().get("/health", (c) => c.json({ status: "ok" })));`;

/** Bundles a program into one file, as deployed but for its one chunk. */
export async function buildBare(folder: string, contents: string, name = "floor") {
  const outfile = join(folder, `${name}.mjs`);
  await esbuild.build({
    stdin: { contents, resolveDir: join(ROOT, "packages/api"), loader: "ts" },
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "es2024",
    mainFields: ["module", "main"],
    banner: { js: BANNER },
    outfile,
    logLevel: "silent",
  });
  return outfile;
}
