import { randomBytes, randomUUID } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
  statfsSync,
} from "node:fs";
import { dirname, join } from "node:path";

import { holdHome } from "./home-lock.ts";
import { codeOf, messageOf, problem } from "./problem.ts";
import { readState, writeState, type State } from "./state.ts";

/** The folder of one Netcheck on this machine, held by this process until `close`. */
export type Home = {
  path: string;
  /** What every process started for this home carries in its environment, so that it can be found again. */
  mark: string;
  ports: Readonly<Record<string, number>>;
  savePorts: (ports: Record<string, number>) => void;
  /** The secret of that name; made by `make`, or at random, and kept, when there is none yet. */
  secret: (name: string, make?: () => Promise<string>) => Promise<string>;
  hasSecret: (name: string) => boolean;
  forgetSecret: (name: string) => void;
  file: (...parts: string[]) => string;
  folder: (...parts: string[]) => string;
  close: () => void;
};

const FRESH_MB = 300;
const USED_MB = 80;
const bookkeeping = /^(lock|pid|lost\+found|state\.json\.tmp)$/;

/**
 * Opens the home at `path`, making it when it is not there. Throws a `problem` for a folder that is
 * in use, not ours, unreadable or without room; never deletes anything of it.
 */
export async function openHome(path: string): Promise<Home> {
  try {
    return await open(path);
  } catch (error) {
    throw asProblem(path, error) ?? error;
  }
}

async function open(given: string): Promise<Home> {
  makeFolder(given);
  const path = realpathSync(given);
  refuseStrangers(path);
  const release = await holdHome(path);
  try {
    return await take(path, release);
  } catch (error) {
    release();
    throw error;
  }
}

async function take(path: string, release: () => void): Promise<Home> {
  const stateFile = join(path, "state.json");
  const found = readState(stateFile);
  requireRoom(path, found ? USED_MB : FRESH_MB);
  let state: State = found ?? { version: 1, id: randomUUID(), ports: {}, secrets: {} };
  const save = (change: Partial<State>) => {
    state = { ...state, ...change };
    writeState(stateFile, state);
  };
  chmodSync(path, 0o700);
  if (!found) save({});
  return {
    path,
    mark: `${state.id}:${path}`,
    get ports() {
      return state.ports;
    },
    savePorts: (ports) => save({ ports: { ...state.ports, ...ports } }),
    async secret(name, make) {
      const known = state.secrets[name];
      if (known !== undefined) return known;
      const made = make ? await make() : randomBytes(24).toString("base64url");
      save({ secrets: { ...state.secrets, [name]: made } });
      return made;
    },
    hasSecret: (name) => state.secrets[name] !== undefined,
    forgetSecret(name) {
      const { [name]: _forgotten, ...secrets } = state.secrets;
      save({ secrets });
    },
    file: (...parts) => join(path, ...parts),
    folder(...parts) {
      const folder = join(path, ...parts);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return folder;
    },
    close: release,
  };
}

/** Not `recursive`: Node 24 never returns from that where a folder cannot be made, as in /proc. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const code = codeOf(error);
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    if (code !== "ENOENT" || existsSync(dirname(path))) throw error;
    makeFolder(dirname(path));
    mkdirSync(path, { mode: 0o700 });
  }
}

function refuseStrangers(path: string): void {
  const { uid } = statSync(path);
  const me = process.getuid?.();
  if (me !== undefined && uid !== me)
    throw problem(
      `the home ${path} belongs to another user (uid ${uid}, this is uid ${me}). ` +
        "Start as that user, or with another folder (--home DIR).",
    );
  const names = readdirSync(path);
  const strangers = names.filter((name) => !bookkeeping.test(name));
  if (names.includes("state.json") || strangers.length === 0) return;
  throw problem(
    `${path} is not a home of Netcheck: it holds ${strangers.slice(0, 3).join(", ")} but no state.json. ` +
      "Give an empty or a new folder (--home DIR). Nothing was changed or deleted.",
  );
}

function requireRoom(path: string, neededMb: number): void {
  const free = freeMb(path);
  if (free >= neededMb) return;
  throw problem(
    `the disk is full: ${free} MB are free at ${path}, at least ${neededMb} MB are needed. ` +
      "Make room, or start with a folder on another disk (--home DIR).",
  );
}

/** Megabytes that an ordinary user may still write at `path`. */
export function freeMb(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return Math.floor((bavail * bsize) / 2 ** 20);
}

function asProblem(path: string, error: unknown): Error | undefined {
  switch (codeOf(error) ?? "") {
    case "ENOENT":
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return problem(
        `the home ${path} cannot be made or written (${messageOf(error)}). ` +
          "Start as its owner, or with another folder (--home DIR).",
        error,
      );
    case "ENOSPC":
      return problem(`the disk is full at ${path}. Make room, or start with --home DIR.`, error);
    case "ENOTDIR":
    case "EEXIST":
      return problem(
        `the home ${path} is not a folder. Start with another one (--home DIR).`,
        error,
      );
    default:
      return undefined;
  }
}
