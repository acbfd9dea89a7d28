import { readdirSync, readFileSync } from "node:fs";

import * as z from "zod";

const FOLDER = new URL("../../../test/fixtures/http/", import.meta.url);

const File = z.strictObject({
  operation: z.string(),
  about: z.string(),
  request: z.unknown().optional(),
  status: z.int(),
  response: z.unknown().optional(),
});

const Refusal = z.looseObject({ type: z.string().startsWith("/problems/") });

/** One exchange as the running app had it; a test records them, and compares. */
export type Golden = z.output<typeof File> & { name: string; code: string | undefined };

export function readGoldens(): Golden[] {
  return readdirSync(FOLDER)
    .toSorted()
    .map((file) => {
      const golden = File.parse(JSON.parse(readFileSync(new URL(file, FOLDER), "utf8")));
      const { data: refusal } = Refusal.safeParse(golden.response);
      const code = refusal?.type.replace("/problems/", "");
      return { ...golden, name: file.replace(".json", ""), code };
    });
}

/** Those that have it, under the names of their files. */
export function examplesOf(goldens: readonly Golden[], valueOf: (golden: Golden) => unknown) {
  const shown = goldens.flatMap((golden) => {
    const value = valueOf(golden);
    return value === undefined ? [] : [[golden.name, { summary: golden.about, value }] as const];
  });
  return shown.length > 0 ? { examples: Object.fromEntries(shown) } : {};
}
