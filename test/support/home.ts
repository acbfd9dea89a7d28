import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { openHome } from "@netcheck/local/home";

import { useOpened } from "./opened.ts";

/** A home of the tests of one file, with the folders that programs need. */
export function useHome(name: string) {
  return useOpened(async () => {
    const home = await openHome(mkdtempSync(join(tmpdir(), `netcheck-${name}-`)));
    for (const folder of ["logs", "children"]) home.folder(folder);
    const dispose = async () => {
      home.close();
      rmSync(home.path, { recursive: true, force: true });
    };
    return Object.assign(home, { [Symbol.asyncDispose]: dispose });
  });
}
