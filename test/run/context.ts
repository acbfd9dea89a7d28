import { glob, readFile } from "node:fs/promises";

/** Who owns the rules that begin with those letters. */
export type Owners = ReadonlyMap<string, string>;

/** Reads it from the packages' RULES.md. */
export async function readOwners(): Promise<Owners> {
  const owners = new Map<string, string>();
  for await (const path of glob("packages/*/RULES.md")) {
    const [, owner = ""] = path.split("/");
    const [, letters] = /^- \[([A-Z]+)-\d+\]/m.exec(await readFile(path, "utf8")) ?? [];
    if (letters !== undefined) owners.set(letters, owner);
  }
  return owners;
}

/** Whose a test is: the package's that its file lies in or is named after, else whose rule it names first. */
export function contextOf(file: string, title: string, owners: Owners): string {
  const [top, folder = "", name = ""] = file.split("/");
  if (top === "packages") return folder;
  const [subject = ""] = name.replace(/^rights-/, "").split(/[-.]/);
  if ([...owners.values()].includes(subject)) return subject;
  const [, letters = ""] = /\[([A-Z]+)-\d+\]/.exec(title) ?? [];
  return owners.get(letters) ?? (name ? folder : "house");
}
