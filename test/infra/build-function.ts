import { createCipheriv } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";

import * as esbuild from "esbuild";
import * as z from "zod";

/** What SST's program asks its CLI to build. */
export const BuildInput = z.object({
  functionID: z.string(),
  handler: z.string(),
  runtime: z.string(),
  links: z.record(z.string(), z.unknown()).nullish(),
  encryptionKey: z.string().nullish(),
  copyFiles: z.array(z.object({ from: z.string(), to: z.string() })).nullish(),
  properties: z
    .object({
      minify: z.boolean().optional(),
      splitting: z.boolean().optional(),
      esbuild: z
        .object({
          keepNames: z.boolean().optional(),
          external: z.array(z.string()).optional(),
        })
        .nullish(),
      install: z.union([z.record(z.string(), z.string()), z.array(z.string())]).nullish(),
    })
    .nullish(),
});

/** A file, and what it is made of: sources of ours and packages of others. */
export const Chunk = z.object({
  name: z.string(),
  bytes: z.number(),
  sources: z.array(z.string()),
});
export type Chunk = z.output<typeof Chunk>;

export type Build = {
  functionID: string;
  /** What was asked for, to be built again. */
  input: z.output<typeof BuildInput>;
  handler: string;
  /** Where the unpacked bundle lies. */
  folder: string;
  chunks: Chunk[];
};

const TARGETS: Record<string, string> = { "nodejs24.x": "es2024", "nodejs22.x": "es2023" };

/** SST's own, so that what is CommonJS finds `require` in a module. */
export const BANNER = `import { createRequire as topLevelCreateRequire } from 'module';
const require = topLevelCreateRequire(import.meta.url);
import { fileURLToPath as topLevelFileUrlToPath, URL as topLevelURL } from "url"
const __filename = topLevelFileUrlToPath(import.meta.url)
const __dirname = topLevelFileUrlToPath(new topLevelURL(".", import.meta.url))
`;

/** Builds a function as SST 4.17.1's CLI does, into a folder of its own. */
export async function buildFunction(
  root: string,
  artifacts: string,
  input: z.output<typeof BuildInput>,
): Promise<Build> {
  const { functionID, properties } = input;
  const source = join(root, input.handler.replace(/\.[^.]+$/, ".ts"));
  if (!existsSync(source)) throw new Error(`Handler not found: ${input.handler}`);
  const folder = join(artifacts, functionID);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const installed = Array.isArray(properties?.install)
    ? properties.install
    : Object.keys(properties?.install ?? {});
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [source],
    bundle: true,
    metafile: true,
    platform: "node",
    format: "esm",
    target: TARGETS[input.runtime] ?? "es2022",
    mainFields: ["module", "main"],
    keepNames: properties?.esbuild?.keepNames ?? true,
    minify: properties?.minify ?? false,
    sourcemap: "linked",
    external: ["sharp", "pg-native", ...installed, ...(properties?.esbuild?.external ?? [])],
    banner: { js: BANNER },
    logLevel: "silent",
    outdir: folder,
    entryNames: "bundle",
    splitting: properties?.splitting ?? false,
    outExtension: { ".js": ".mjs" },
  });
  if (input.encryptionKey) await writeFile(join(folder, "resource.enc"), sealed(input));
  for (const name of installed) {
    const link = join(folder, "node_modules", name);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(root, "node_modules", name), link);
  }
  for (const { from, to } of input.copyFiles ?? []) await copyFile(from, join(folder, to));
  const chunks = Object.entries(metafile.outputs)
    .filter(([path]) => path.endsWith(".mjs"))
    .map(([path, { bytes, inputs }]) => ({
      name: basename(path),
      bytes,
      sources: [...new Set(Object.keys(inputs).map(sourceOf))],
    }));
  return { functionID, input, handler: `bundle${extname(input.handler)}`, folder, chunks };
}

/** The same, of what is deployed: some are bundled anew after SST has. */
export async function asDeployed(build: Build): Promise<Build> {
  const file = join(build.folder, "chunks.json");
  if (!existsSync(file)) return build;
  const chunks = z.array(Chunk).parse(JSON.parse(await readFile(file, "utf8")));
  return { ...build, chunks };
}

/** The name of a package, or the path of a file of ours. */
function sourceOf(path: string) {
  return /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules\/)/.exec(path)?.[1] ?? path;
}

/** The links of a function, sealed with the key in its environment. */
function sealed({ encryptionKey, links }: z.output<typeof BuildInput>) {
  const key = Buffer.from(encryptionKey ?? "", "base64");
  const cipher = createCipheriv("aes-256-gcm", key, Buffer.alloc(12));
  const text = cipher.update(JSON.stringify(links ?? {}));
  return Buffer.concat([text, cipher.final(), cipher.getAuthTag()]);
}
