import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import type { Context } from "./contexts";
import { external } from "./defaults";

const { root } = $cli.paths;
const run = promisify(execFile);
let last: Promise<unknown> = Promise.resolve();

/** Has a function bundled by us, after SST has, into the few files that its start loads; one at a time. */
export function bundled(entry: string, of: readonly Context[]) {
  const program = ["packages/api/deploy/bundle.ts", entry, of.map(({ name }) => name).join()];
  const node = join(root, "node_modules/node/bin/node");
  return {
    async postbuild(folder: string) {
      const before = last;
      const bundling = before.then(() =>
        run(node, [...program, folder, ...external], { cwd: root }),
      );
      last = bundling.catch(() => undefined);
      await bundling;
    },
  };
}
