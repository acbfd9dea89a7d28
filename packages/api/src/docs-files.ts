import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { runInNewContext } from "node:vm";
import { gzip } from "node:zlib";

import { lazily } from "@netcheck/kernel/lazily";

import { joined, type Part } from "./docs-description.ts";

/** Where the descriptions of the contexts lie, and the package that has the program of its page. */
export type DocsFiles = { documents: () => readonly URL[]; page: () => string | URL };

/**
 * The package that brings Scalar's program without the 270 others it is made from keeps it as a text in
 * its own module, and hands it to Fastify only. It is a literal, so nothing of ours is in its reach.
 */
const PROGRAM = /^var standalone_default = (".*");$/m;

/** Read when they are first asked for, once: the program is 4 MB, and a third of that on its way. */
export function openDocs(files: DocsFiles) {
  return {
    document: lazily(async () => {
      const texts = await Promise.all(files.documents().map((file) => readFile(file, "utf8")));
      return JSON.stringify(joined(texts.map((text) => JSON.parse(text) as Part)));
    }),
    program: lazily(async () => {
      const [, text] = PROGRAM.exec(await readFile(files.page(), "utf8")) ?? [];
      if (text === undefined) throw new Error("The documentation's program is not where it was.");
      const program = String(runInNewContext(text));
      const hash = createHash("sha256").update(program).digest("base64url").slice(0, 16);
      return { hash, gzipped: new Uint8Array(await promisify(gzip)(program)) };
    }),
  };
}

export type Docs = ReturnType<typeof openDocs>;
