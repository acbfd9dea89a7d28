import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type * as esbuild from "esbuild";

const ROOT = join(import.meta.dirname, "../..");
const FILES = join(ROOT, "test/fixtures/newcomer/context/packages/newcomer/src");
const namespace = "newcomer";

/** Builds as if the throw-away context of `test/newcomer` had moved in. */
export const withNewcomer: esbuild.Plugin = {
  name: namespace,
  setup(build) {
    build.onLoad({ filter: /packages\/api\/src\/contexts\.ts$/ }, async ({ path }) => {
      const list = await readFile(path, "utf8");
      const longer = list.replace(/(CONTEXTS = \[.*)\]/, "$1, newcomer]");
      if (longer === list) throw new Error("There is no list of contexts.");
      const contents = `import { newcomer } from "@netcheck/newcomer/context";\n${longer}`;
      return { contents, loader: "ts" };
    });
    build.onResolve({ filter: /^@netcheck\/newcomer\/context$/ }, () => {
      return { path: join(FILES, "context.ts.txt"), namespace };
    });
    build.onResolve({ filter: /^\./, namespace }, ({ path, importer }) => {
      return { path: join(dirname(importer), `${path}.txt`), namespace };
    });
    build.onLoad({ filter: /.*/, namespace }, async ({ path }) => {
      const contents = await readFile(path, "utf8");
      return { contents, loader: "ts", resolveDir: join(ROOT, "packages/checks/src") };
    });
  },
};
