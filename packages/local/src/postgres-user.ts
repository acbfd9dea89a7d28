import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, statSync } from "node:fs";
import { dirname } from "node:path";

import { messageOf, problem } from "./problem.ts";

/** An operating system's user. */
export type OsUser = { name: string; uid: number; gid: number };

const OURS = "netcheck";

/**
 * The user to run Postgres as, for it refuses to run as root: `postgres` where that exists, else a system
 * user that is made and announced. Undefined when we are an ordinary user, whose own Postgres it is then.
 */
export function postgresUser(report: (line: string) => void): OsUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const known = findUser("postgres") ?? findUser(OURS);
  if (known) return known;
  report(`Postgres does not run as root: making the system user ${OURS} for it`);
  try {
    execFileSync(
      "useradd",
      [
        "--system",
        "--user-group",
        "--no-create-home",
        "--home-dir",
        "/nonexistent",
        "--shell",
        "/usr/sbin/nologin",
        OURS,
      ],
      {
        timeout: 20_000,
        stdio: "pipe",
      },
    );
  } catch (error) {
    throw problem(
      `Postgres does not run as root, and no system user could be made for it (${messageOf(error)}). ` +
        "Make a user named postgres, start as an ordinary user, or set DATABASE_URL.",
      error,
    );
  }
  const made = findUser(OURS);
  if (made) return made;
  throw problem(
    `the user ${OURS} was made for Postgres but cannot be found. Set DATABASE_URL instead.`,
  );
}

function findUser(name: string): OsUser | undefined {
  const read = (flag: string) => {
    const options = { encoding: "utf8", stdio: "pipe", timeout: 10_000 } as const;
    return Number(execFileSync("id", [flag, name], options));
  };
  try {
    return { name, uid: read("-u"), gid: read("-g") };
  } catch {
    return undefined;
  }
}

/** Lets the user, and nobody else, pass through a folder of root's that nobody else may enter. */
export function letThrough(folder: string, user: OsUser): void {
  chownSync(folder, 0, user.gid);
  chmodSync(folder, 0o710);
}

/**
 * Throws a `problem` that names the folder on the way to `path` which the user may not enter.
 * `what` lies there, and `way` is how to have it elsewhere.
 */
export function requireWay(path: string, user: OsUser, what: string, way: string): void {
  if (canEnter(path, user)) return;
  const blocked = waysTo(path).find((folder) => !mayPass(statSync(folder), user)) ?? path;
  throw problem(
    `Postgres runs as the user ${user.name}, never as root, and may not enter ${blocked}, where ${what} lies.\n` +
      `  Either ${way},\n` +
      `  or let others pass through it: chmod o+x ${blocked},\n` +
      "  or start as an ordinary user, or set DATABASE_URL to a Postgres of your own.",
  );
}

/** The folders that lead to a path, the outermost first. */
export function waysTo(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...waysTo(parent), path];
}

/** Whether the mode bits of a folder let the user pass through. */
export function mayPass(folder: { mode: number; uid: number; gid: number }, user: OsUser): boolean {
  if (folder.uid === user.uid) return (folder.mode & 0o100) !== 0;
  if (folder.gid === user.gid) return (folder.mode & 0o010) !== 0;
  return (folder.mode & 0o001) !== 0;
}

/** Asks the kernel, which also knows of access lists, by trying it as that user. */
function canEnter(path: string, user: OsUser): boolean {
  try {
    execFileSync("/bin/sh", ["-c", 'cd "$0"', path], {
      cwd: "/",
      uid: user.uid,
      gid: user.gid,
      stdio: "ignore",
      timeout: 5_000,
    });
    return true;
  } catch {
    return false;
  }
}

/** Gives a folder and all in it to the user, unless it is that user's already. */
export function giveTo(folder: string, user: OsUser): void {
  if (statSync(folder).uid === user.uid) return;
  execFileSync("chown", ["-R", `${user.uid}:${user.gid}`, folder], { timeout: 60_000 });
}
