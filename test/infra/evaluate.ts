import crypto from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import * as esbuild from "esbuild";

import { asDeployed, BANNER } from "./build-function.ts";
import { startCli } from "./cli.ts";
import { call, type NewResource, newResource, REGION } from "./mocks.ts";

/**
 * Runs sst.config.ts as SST 4.17.1's CLI would, with Pulumi's mocks in place of AWS, and writes what
 * it declares to a file. One stage a process: Pulumi's state is global.
 */
const { values } = parseArgs({ options: { stage: { type: "string" }, out: { type: "string" } } });
const { stage, out } = values;
if (!stage || !out) throw new Error("usage: evaluate.ts --stage NAME --out FILE");

const root = join(import.meta.dirname, "../..");
const platform = join(root, ".sst/platform");
const require = createRequire(join(platform, "package.json"));
const bundled = join(platform, `evaluated.${stage}.${process.pid}.mjs`);
const artifacts = join(root, ".sst/evaluated", stage);

type Request = {
  getType(): string;
  getName(): string;
  getParent(): string;
  getProtect(): boolean;
  getRetainondelete(): boolean;
};
type Answer = { getUrn(): string } | undefined;
type Answered = (error: unknown, answer: Answer) => void;
type Monitor = {
  newUrn(parent: string | undefined, type: string, name: string): string;
  registerResource(request: Request, answered: Answered): unknown;
};
type Pulumi = {
  output<T>(value: T): { apply(run: (value: T) => void): void };
  runtime: {
    setMocks(
      mocks: object,
      project: string,
      stack: string,
      preview: boolean,
      org: string,
    ): Promise<void>;
    getMonitor(): Monitor;
    runInPulumiStack<T>(run: () => Promise<T>): Promise<T>;
    disconnect(): Promise<void>;
  };
};
type Config = { app(input: { stage: string }): { name: string; home: string } };

const SHARED = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  format: "esm",
  mainFields: ["module", "main"],
  nodePaths: [join(platform, "node_modules")],
  external: [
    "@pulumi/*",
    "@pulumiverse/*",
    "@sst-provider/*",
    "@aws-sdk/*",
    "undici",
    "esbuild",
    "archiver",
    "glob",
    "vite",
  ],
  logLevel: "silent",
} satisfies esbuild.BuildOptions;

async function load<T>(contents: string, options: esbuild.BuildOptions): Promise<T> {
  const stdin = { contents, resolveDir: root, loader: "ts" } as const;
  await esbuild.build({ ...SHARED, ...options, outfile: bundled, stdin });
  try {
    return (await import(`${pathToFileURL(bundled).href}?${crypto.randomUUID()}`)) as T;
  } finally {
    await rm(bundled, { force: true });
  }
}

/** The values that Pulumi marks as secret, as themselves. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  if ("4dabf18193072939515e22adb298388d" in value && "value" in value) return plain(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

const resources: { type: string; name: string; inputs: unknown }[] = [];
const kept: Record<string, { protect: boolean; retain: boolean; parent: string }> = {};
const errors = new Set<string>();

async function evaluate(stageName: string) {
  const { default: config } = await load<{ default: Config }>(
    `export { default } from ${JSON.stringify(join(root, "sst.config.ts"))};`,
    { banner: { js: `${BANNER}function $config(input) { return input }` } },
  );
  const app: Record<string, unknown> & { name: string } = {
    ...config.app({ stage: stageName }),
    stage: stageName,
  };
  const cli = await startCli(root, artifacts, (error) => errors.add(String(error)));
  Object.assign(process.env, { SST_SERVER: cli.url, SST_AWS_REGION: REGION, AWS_REGION: REGION });

  const pulumi = require("@pulumi/pulumi") as Pulumi;
  const mocks = {
    newResource(resource: NewResource) {
      const { type, name, inputs } = resource;
      resources.push({ type, name, inputs: plain(inputs) });
      return newResource(resource);
    },
    call,
  };
  await pulumi.runtime.setMocks(mocks, app.name, stageName, false, "organization");
  watch(pulumi.runtime.getMonitor(), stageName, app.name);

  // Physical names end in random letters; these are always the same.
  const { randomBytes } = crypto;
  Object.assign(crypto, {
    randomBytes: (size: number, ...rest: []) =>
      size === 8 ? Buffer.alloc(8) : randomBytes(size, ...rest),
  });
  const run = await program(app);
  const outputs = await pulumi.runtime.runInPulumiStack(run);
  await pulumi.runtime.disconnect();
  const resolved = await new Promise((done) => pulumi.output(outputs).apply(done));
  await sleep(100);
  cli.close();
  const builds = await Promise.all(cli.builds.map(asDeployed));
  return { app, outputs: plain(resolved), resources, kept, builds };
}

async function program(app: object) {
  const lock = JSON.parse(await readFile(join(root, ".sst/provider-lock.json"), "utf8")) as {
    alias: string;
    package: string;
  }[];
  const globals = [
    ...lock.map((entry) => `import * as ${entry.alias} from "${entry.package}";`),
    `import * as sst from "${platform}/src/components";`,
  ].join("\n");
  const cli = {
    command: "deploy",
    dev: false,
    paths: { home: join(root, ".sst"), root, work: join(root, ".sst"), platform },
    state: { version: {} },
  };
  return () =>
    load<{ run(program: unknown): Promise<unknown>; program: unknown }>(
      `export { run } from "${platform}/src/auto/run.ts";
       import config from "${root}/sst.config.ts";
       export const program = config.run;`,
      {
        banner: { js: BANNER },
        inject: [join(platform, "src/shim/run.js")],
        define: { $app: JSON.stringify(app), $cli: JSON.stringify(cli), $dev: "false" },
        plugins: [withGlobals(globals)],
      },
    ).then((loaded) => loaded.run(loaded.program));
}

/** Our files see `sst` and the providers without an import. */
function withGlobals(globals: string): esbuild.Plugin {
  return {
    name: "globals",
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) =>
        path.includes("/.sst/")
          ? undefined
          : { contents: `${globals}\n${await readFile(path, "utf8")}`, loader: "ts" },
      );
    },
  };
}

/** As the engine does: the whole chain of types in a name, and no name twice. */
function watch(monitor: Monitor, stageName: string, appName: string) {
  monitor.newUrn = (parent, type, name) => {
    const chain = parent?.split("::")[2];
    const whole = chain && chain !== "pulumi:pulumi:Stack" ? `${chain}$${type}` : type;
    return `urn:pulumi:${stageName}::${appName}::${whole}::${name}`;
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, answered) =>
    register(request, (error, answer) => {
      const urn = answer?.getUrn();
      if (urn && urn in kept) errors.add(`${urn} is declared twice`);
      if (urn)
        kept[urn] = {
          protect: request.getProtect(),
          retain: request.getRetainondelete(),
          parent: request.getParent(),
        };
      answered(error, answer);
    });
}

// What is thrown inside an `apply` arrives here and nowhere else, and what waits for it waits for ever.
const failed = Promise.withResolvers<void>();
process.on("unhandledRejection", (error) => {
  errors.add(String(error));
  setTimeout(() => failed.resolve(), 5_000);
});
await mkdir(artifacts, { recursive: true });
const evaluated = evaluate(stage).catch((error: unknown) => {
  errors.add(error instanceof Error ? (error.stack ?? error.message) : String(error));
});
const graph = await Promise.race([evaluated, failed.promise]);
await writeFile(out, JSON.stringify({ stage, errors: [...errors], ...graph }));
process.exit(errors.size > 0 ? 1 : 0);
