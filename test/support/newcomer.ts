import { readFile } from "node:fs/promises";
import { join } from "node:path";

import type { Plugin } from "rolldown";

const ROOT = join(import.meta.dirname, "../..");
const FILES = join(ROOT, "test/fixtures/newcomer/context/packages/newcomer/src");
/** Where it would live. */
const HOME = join(ROOT, "packages/newcomer/src/");

/** Builds as if the throw-away context of `test/newcomer` had moved in. */
export const withNewcomer: Plugin = {
  name: "newcomer",
  transform: {
    filter: { id: /packages\/api\/src\/contexts\.ts$/ },
    handler(list) {
      const longer = list.replace(/(CONTEXTS = \[.*)\]/, "$1, newcomer]");
      if (longer === list) throw new Error("There is no list of contexts.");
      return `import { newcomer } from "@netcheck/newcomer/context";\n${longer}`;
    },
  },
  resolveId(name, importer) {
    if (name === "@netcheck/newcomer/context") return `${HOME}context.ts`;
    const isOwn = importer?.startsWith(HOME) === true && name.startsWith("./");
    return isOwn ? `${HOME}${name.slice(2)}` : undefined;
  },
  async load(id) {
    if (!id.startsWith(HOME)) return undefined;
    return await readFile(join(FILES, `${id.slice(HOME.length)}.txt`), "utf8");
  },
};
