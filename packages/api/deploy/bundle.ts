import { readdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { type Plugin, rolldown } from "rolldown";

import { pieces, type Program } from "./pieces.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

export type Bundled = Program & {
  folder: string;
  /** Packages that are installed beside it. */
  external: readonly string[];
  plugins?: readonly Plugin[];
};

/**
 * Bundles a function into a folder, in place of what SST's own builder made there of the same entry point:
 * installed packages and copied files stay. `chunks.json` says what each file is made of.
 */
export async function bundle({ folder, external, plugins = [], ...program }: Bundled) {
  const { plugin, pieceOf } = pieces(program);
  const built = await rolldown({
    cwd: ROOT,
    input: { bundle: program.entry },
    platform: "node",
    external: ["pg-native", ...external],
    resolve: { mainFields: ["module", "main"] },
    transform: { target: "node24" },
    plugins: [plugin, ...plugins],
    logLevel: "silent",
  });
  for (const name of await readdir(folder))
    if (/\.mjs(\.map)?$/.test(name)) await rm(join(folder, name));
  const { output } = await built.write({
    dir: folder,
    format: "esm",
    minify: true,
    entryFileNames: "[name].mjs",
    chunkFileNames: "[name]-[hash].mjs",
    codeSplitting: { groups: [{ debugName: "pieces", name: (id) => pieceOf(id) ?? null }] },
  });
  await built.close();
  const chunks = output.flatMap((file) => (file.type === "chunk" ? [file] : []));
  const made = chunks.map(({ fileName, code, moduleIds }) => ({
    name: fileName,
    bytes: Buffer.byteLength(code),
    sources: [...new Set(moduleIds.map(sourceOf))],
  }));
  await writeFile(join(folder, "chunks.json"), JSON.stringify(made));
  return made;
}

/** The name of a package, or the path of a file of ours. */
function sourceOf(id: string) {
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(id) ?? [];
  return name ?? relative(ROOT, id);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [entry = "", contexts = "", folder = "", ...external] = process.argv.slice(2);
  await bundle({ entry, contexts: contexts.split(","), folder, external });
}
