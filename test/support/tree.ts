import { execFile } from "node:child_process";
import { cp, mkdir, readdir, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const exec = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");

/** The tree as git knows it, beside it what is installed, with the workspaces of the copy and `more`. */
export async function copyTree(copy: string, ...more: string[]) {
  const { stdout } = await exec("git", ["ls-files"], { cwd: ROOT, maxBuffer: 16 * 1024 * 1024 });
  const paths = stdout.trim().split("\n");
  for (const folder of new Set(paths.map((path) => dirname(path))))
    await mkdir(join(copy, folder), { recursive: true });
  await Promise.all(paths.map((path) => cp(join(ROOT, path), join(copy, path))));
  const modules = join(ROOT, "node_modules");
  await mkdir(join(copy, "node_modules/@netcheck"), { recursive: true });
  for (const name of await readdir(modules)) {
    if (name !== "@netcheck") await symlink(join(modules, name), join(copy, "node_modules", name));
  }
  for (const name of [...(await readdir(join(modules, "@netcheck"))), ...more])
    await symlink(join(copy, "packages", name), join(copy, "node_modules/@netcheck", name));
}
