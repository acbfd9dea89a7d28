import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { bundleAgent } from "../../packages/agent/deploy/bundle.ts";

/** The one file, made now, and the command by which its unit starts it, under this Node. */
export async function shippedAgent() {
  const folder = await mkdtemp(join(tmpdir(), "netcheck-shipped-"));
  const { file } = await bundleAgent(folder);
  const unit = await readFile("packages/agent/deploy/netcheck-agent.service", "utf8");
  const flags = /^ExecStart=\S+ node (.*) \S+$/m.exec(unit)?.[1]?.split(" ") ?? [];
  return {
    command: [process.execPath, ...flags, file],
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
