import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

import * as z from "zod";

import { exitError, isExit } from "./exit.ts";
import { codeOf, messageOf } from "./text.ts";

const Credential = z.object({
  platformUrl: z.string(),
  agentId: z.string(),
  agentSecret: z.string(),
});

/** Who this agent is to which platform. */
export type Credential = z.output<typeof Credential>;

type Owner = { platformUrl: string; token: string | undefined };

/** Where programs of this user keep their state (XDG base directories; %LOCALAPPDATA% on Windows). */
export function stateFolder(env: NodeJS.ProcessEnv) {
  const local = env["XDG_STATE_HOME"] || env["LOCALAPPDATA"];
  return join(local || join(homedir(), ".local", "state"), "netcheck");
}

/**
 * The state file of the agent that was started with this token, or, without a token, of the only
 * agent of this platform in the folder.
 */
export async function findStateFile(folder: string, { platformUrl, token }: Owner) {
  if (token !== undefined) {
    const key = createHash("sha256").update(`${platformUrl}\n${token}`).digest("hex");
    return join(folder, `agent-${key.slice(0, 16)}.json`);
  }
  const [file, ...others] = await stateFiles(folder, platformUrl);
  if (file && others.length === 0) return file;
  throw exitError(
    2,
    file
      ? `Several agents of ${platformUrl} have run here: name one with --state (they are in ${folder}).`
      : "This agent is not enrolled: start it with --token, or name its state file with --state.",
  );
}

/** The state files of this platform's agents in the folder. */
export async function stateFiles(folder: string, platformUrl: string) {
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw exitError(2, `The folder ${folder} cannot be read: ${messageOf(error)}`, error);
  });
  const paths = names.filter((name) => /^agent-.*\.json$/.test(name)).map((it) => join(folder, it));
  const credentials = await Promise.all(paths.map(readCredential));
  return paths.filter((_path, i) => credentials[i]?.platformUrl === platformUrl);
}

/** The credential in a state file, or undefined if there is no such file; throws an `Exit` if it is not one. */
export async function readCredential(file: string): Promise<Credential | undefined> {
  try {
    const { mode } = await stat(file);
    if (process.platform !== "win32" && (mode & 0o077) !== 0) throw exposed(file, mode);
    return Credential.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    if (isExit(error)) throw error;
    const why = error instanceof z.ZodError || error instanceof SyntaxError ? "" : messageOf(error);
    throw exitError(
      2,
      `${file} is not a readable state file; remove it or name another. ${why}`,
      error,
    );
  }
}

/** Closing the file would not take back what others may have read while it was open. */
function exposed(file: string, mode: number) {
  return exitError(
    2,
    `${file} can be read by others (mode ${(mode & 0o777).toString(8)}), so its secret may be known: ` +
      `chmod 600 it, start again, and rotate this agent's secret.`,
  );
}

/** Replaces the state file at once, readable by its owner only; throws an `Exit` if it cannot be written. */
export async function saveCredential(file: string, credential: Credential) {
  const draft = `${file}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await rm(draft, { force: true });
    const handle = await open(draft, "wx", 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(credential)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
  } catch (error) {
    throw exitError(1, `The state file ${file} cannot be written: ${messageOf(error)}`, error);
  }
}
