import { createHash } from "node:crypto";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build, type Metafile } from "esbuild";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Before anything else, so that an old Node says this rather than what it lacks. */
const HEAD = `#!/usr/bin/env node
import { createRequire } from "node:module";
if (Number(process.versions.node.split(".")[0]) < 24) {
  process.stderr.write(\`netcheck-agent needs Node 24 or newer, this is \${process.version}.\\n\`);
  process.exit(2);
}
const require = createRequire(import.meta.url);
`;

/**
 * Writes `netcheck-agent.mjs` and its checksum into a folder: one file that Node 24 runs on its own,
 * the same bytes from the same sources wherever it is built. Names and lines are kept, so that a
 * stack trace can be read.
 */
export async function bundleAgent(folder: string) {
  const bundled = await build({
    absWorkingDir: ROOT,
    entryPoints: ["packages/agent/src/main.ts"],
    outfile: join(folder, "netcheck-agent.mjs"),
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    banner: { js: HEAD },
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "error",
  });
  const [program] = bundled.outputFiles;
  if (!program) throw new Error("esbuild wrote nothing");
  const text = `${program.text}\n${await licences(bundled.metafile)}`;
  const sha256 = createHash("sha256").update(text).digest("hex");
  const file = join(folder, "netcheck-agent.mjs");
  await mkdir(folder, { recursive: true });
  await writeFile(file, text);
  await chmod(file, 0o755);
  await writeFile(`${file}.sha256`, `${sha256}  netcheck-agent.mjs\n`);
  return { file, sha256, bytes: Buffer.byteLength(text) };
}

/** The licences of what was bundled, which ask to go where the program goes. */
async function licences({ inputs }: Metafile) {
  const folders = Object.keys(inputs).flatMap(
    (path) => /^node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [],
  );
  const texts = [...new Set(folders)].toSorted().map(async (folder) => {
    const name = (await readdir(join(ROOT, folder))).find((it) => /^licen[cs]e/i.test(it));
    if (!name) throw new Error(`${folder} has no licence file`);
    const text = await readFile(join(ROOT, folder, name), "utf8");
    return `${folder.slice("node_modules/".length)}\n\n${text.trim()}`;
  });
  const all = [await readFile(join(ROOT, "LICENSE"), "utf8"), ...(await Promise.all(texts))];
  const lines = all.join(`\n\n${"-".repeat(40)}\n\n`).split("\n");
  return `${lines.map((line) => `// ${line}`.trimEnd()).join("\n")}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { file, sha256, bytes } = await bundleAgent(join(ROOT, "dist"));
  const size = `${Math.round(bytes / 1024)} KiB`;
  process.stdout.write(`${join("dist", file.slice(dirname(file).length))}  ${size}  ${sha256}\n`);
}
