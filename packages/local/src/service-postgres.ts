import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

import pg from "pg";

import { launch } from "./child.ts";
import { freeMb, type Home } from "./home.ts";
import { keep, type Kept } from "./keeper.ts";
import { lastLines } from "./log-files.ts";
import { findPostgres, type PostgresBinaries } from "./postgres-binaries.ts";
import { giveTo, letThrough, postgresUser, requireWay, type OsUser } from "./postgres-user.ts";
import { codeOf, problem } from "./problem.ts";
import { foreignPassword, plainEnv, type Place } from "./service.ts";
import { until } from "./wait.ts";

// https://www.postgresql.org/docs/18/errcodes-appendix.html
const WRONG_PASSWORD = "28P01";

/** What a private Postgres is made of: the binaries, the user it runs as, and its folders. */
type Cluster = {
  binaries: PostgresBinaries;
  user: OsUser | undefined;
  folder: string;
  data: string;
};

/** Finds all that a private Postgres needs; throws a `problem` for what is missing or out of its reach. */
export function findCluster({ home, report }: Place): Cluster {
  const binaries = findPostgres();
  const user = postgresUser(report);
  const folder = home.folder("postgres");
  if (user) {
    const move = "move the checkout to a folder that others may enter, such as /opt or /srv";
    requireWay(dirname(binaries.postgres), user, "the checkout", move);
    letThrough(home.path, user);
    giveTo(folder, user);
    requireWay(folder, user, "the home", "keep the data elsewhere (--home DIR)");
  }
  const data = home.file("postgres", "data");
  requireSameMajor(data, binaries);
  return { binaries, user, folder, data };
}

/** A private Postgres on 127.0.0.1, with the database and the owner that the URL names. */
export function startPostgres(place: Place, cluster: Cluster, url: string): Kept {
  const { data, binaries } = cluster;
  return keep("postgres", {
    ...place,
    async program(signal) {
      if (!existsSync(data)) await makeCluster(place.home, cluster, url, signal);
      const settings = [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=200",
        "timezone=UTC",
        "log_timezone=UTC",
      ];
      const args = ["-D", data, "-p", new URL(url).port, ...settings.flatMap((one) => ["-c", one])];
      return { ...programOf(cluster), name: "postgres", command: binaries.postgres, args };
    },
    isReady: (_child, signal) => until(() => makeDatabase(url), 25, signal),
    readyWithinMs: 60_000,
  });
}

/** SIGINT is Postgres' fast shutdown: it ends sessions instead of waiting for them. */
function programOf({ user, folder }: Cluster) {
  const as = user && { user: { uid: user.uid, gid: user.gid } };
  return { env: plainEnv(), cwd: folder, stopSignal: "SIGINT", graceMs: 4_000, ...as } as const;
}

/** Made aside and moved into place when whole, so that what is there is never half made. */
async function makeCluster(
  home: Home,
  cluster: Cluster,
  url: string,
  signal: AbortSignal,
): Promise<void> {
  const half = `${cluster.data}.half`;
  const secret = home.file("postgres", "password");
  rmSync(half, { recursive: true, force: true });
  const { username, password } = new URL(url);
  writeFileSync(secret, password, { mode: 0o600 });
  if (cluster.user) giveTo(secret, cluster.user);
  const account = ["-U", username, `--pwfile=${secret}`, "--auth=scram-sha-256"];
  const text = [
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
  ];
  const args = ["-D", half, ...account, ...text, "--no-instructions"];
  const initdb = launch(
    { ...programOf(cluster), name: "initdb", command: cluster.binaries.initdb, args },
    home,
  );
  const stop = () => void initdb.stop();
  signal.addEventListener("abort", stop);
  const how = await initdb.ended;
  signal.removeEventListener("abort", stop);
  rmSync(secret, { force: true });
  if (how === "ended with code 0") renameSync(half, cluster.data);
  else if (!signal.aborted) throw await initdbFailure(home, how);
}

async function initdbFailure(home: Home, how: string): Promise<Error> {
  const log = home.file("logs", "initdb.log");
  const said = (await lastLines(log, 4)).join("\n    ");
  const free = freeMb(home.path);
  if (free < 40 || /no space left/i.test(said))
    return problem(
      `the disk is full (${free} MB free at ${home.path}): no database can be made. Make room and start again.`,
    );
  return problem(
    `no database can be made: initdb ${how}. Its log is ${log}, and ends with:\n    ${said}`,
  );
}

function requireSameMajor(data: string, binaries: PostgresBinaries): void {
  if (!existsSync(data)) return;
  const made = majorOf(data);
  if (made === binaries.major) return;
  throw problem(
    made === undefined
      ? `the database in ${data} is damaged: PG_VERSION cannot be read. Put back a copy of the home, or ` +
          "start with another folder (--home DIR). Nothing was changed or deleted."
      : `the database in ${data} was made by Postgres ${made}, and this checkout has ${binaries.major}. ` +
          "Start with another folder (--home DIR), or go back to the commit that made it.",
  );
}

function majorOf(data: string): string | undefined {
  try {
    return readFileSync(`${data}/PG_VERSION`, "utf8").trim();
  } catch {
    return undefined;
  }
}

async function makeDatabase(url: string): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  const maintenance = new URL("/postgres", url).href;
  const make = async (client: pg.Client) => {
    const found = await client.query("select 1 from pg_database where datname = $1", [name]);
    if (found.rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`);
  };
  await query(maintenance, make).catch((error: unknown) => {
    throw codeOf(error) === WRONG_PASSWORD ? foreignPassword("Postgres", error) : error;
  });
}

/** One statement, answered within three seconds. */
export async function postgresAnswers(url: string): Promise<void> {
  await query(url, (client) => client.query("select 1"));
}

async function query(url: string, ask: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 3_000,
    query_timeout: 10_000,
  });
  // An error on an idle connection would otherwise end this process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    await ask(client);
  } finally {
    await client.end();
  }
}
