import { cp, glob, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const FILES = join(import.meta.dirname, "../fixtures/newcomer");

/** What somebody does by hand who adds something to the house. */
export type Move = {
  /** The folder of `test/fixtures/newcomer` with the files that are new, each where it belongs. */
  brings: string;
  /** What is written before, after or instead of a place in a file that there is. */
  edits: Readonly<Record<string, readonly Edit[]>>;
};

type Edit = { write: string } & ({ before: string } | { after: string } | { instead: string });

/** Does it to a copy of the tree; answers every file that was touched. */
export async function moveInto(copy: string, { brings, edits }: Move) {
  const touched = Object.keys(edits);
  for await (const path of glob("**/*.txt", { cwd: join(FILES, brings) })) {
    const own = path.replace(/\.txt$/, "");
    await mkdir(dirname(join(copy, own)), { recursive: true });
    await cp(join(FILES, brings, path), join(copy, own));
    touched.push(own);
  }
  for (const [path, all] of Object.entries(edits)) {
    const text = await readFile(join(copy, path), "utf8");
    await writeFile(
      join(copy, path),
      all.reduce((now, edit) => edited(path, now, edit), text),
    );
  }
  return touched.toSorted();
}

function edited(path: string, text: string, edit: Edit) {
  const [place, written] = placed(edit);
  if (!text.includes(place)) throw new Error(`${path} has no ${place}`);
  return text.replace(place, () => written);
}

function placed(edit: Edit): [place: string, written: string] {
  if ("before" in edit) return [edit.before, edit.write + edit.before];
  if ("after" in edit) return [edit.after, edit.after + edit.write];
  return [edit.instead, edit.write];
}
