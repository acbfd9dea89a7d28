import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The file that a name stands for on this process' path, or in one of `more` folders after it. */
export function findProgram(name: string, more: readonly string[] = []): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...more];
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

/** Whether we may run the file. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
