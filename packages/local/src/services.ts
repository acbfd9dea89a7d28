import { openHome, type Home } from "./home.ts";
import { endLeftovers } from "./leftovers.ts";
import { boundLogs } from "./log-files.ts";
import { choosePorts } from "./ports.ts";
import { problem } from "./problem.ts";
import { findCluster, postgresAnswers, startPostgres } from "./service-postgres.ts";
import { listeners, managementAnswers, RABBITMQ_PORTS, startRabbitmq } from "./service-rabbitmq.ts";
import { redisAnswers, startRedis } from "./service-redis.ts";
import { settingsFor, type Given, type ServiceSettings } from "./service-settings.ts";
import { sqsAnswers, startSqs } from "./service-sqs.ts";
import { perService, useGiven, type ServiceName } from "./service.ts";
import { findPrograms } from "./system-programs.ts";

/** The services of one home. `settings` is true at once; each service answers when its `ready` is fulfilled. */
export type Services = {
  home: Home;
  settings: ServiceSettings;
  ready: Record<ServiceName, Promise<void>>;
  /** Milliseconds from `startServices` to readiness, of those that are ready. */
  readyAfterMs: Partial<Record<ServiceName, number>>;
  /** The number of each private service's process; null for a given one, and between death and restart. */
  pids: () => Record<ServiceName, number | null>;
  /** Stops what was started, within 10 s, and lets the home go. The data stays. */
  stop: () => Promise<void>;
};

/** What `startServices` is told. */
export type ServiceOptions = {
  home: string;
  /** The broker's AMQP port is opened there too; 127.0.0.1 opens nothing. */
  host: string;
  given: Given;
  report: (line: string) => void;
  /** Where the agents live on the broker; `agents_vhost` when absent. */
  vhost?: string;
  /** Ends an installation that is under way. */
  signal?: AbortSignal;
};

/**
 * Starts every service that is not given, after ending what a killed start of the same home left running.
 * Throws a `problem` when the home or a program cannot be had; a service that fails later rejects its `ready`.
 */
export async function startServices(options: ServiceOptions): Promise<Services> {
  const beganAt = performance.now();
  if (!options.given.AMQP_URL !== !options.given.AMQP_MANAGEMENT_URL)
    throw problem("AMQP_URL and AMQP_MANAGEMENT_URL name one broker: set both, or neither.");
  const home = await openHome(options.home);
  try {
    return await start(home, options, beganAt);
  } catch (error) {
    home.close();
    throw error;
  }
}

async function start(home: Home, options: ServiceOptions, beganAt: number): Promise<Services> {
  const { given, host, report, signal, vhost = "agents_vhost" } = options;
  const place = { home, host, report };
  for (const name of ["logs", "children"]) home.folder(name);
  await endLeftovers(home, report);
  const wanted = { redis: !given.REDIS_URL, rabbitmq: !given.AMQP_URL };
  const programs = await findPrograms(wanted, report, signal ?? new AbortController().signal);
  const cluster = given.DATABASE_URL ? undefined : findCluster(place);
  const names = ["postgres", "redis", "sqs", ...RABBITMQ_PORTS];
  home.savePorts(
    await choosePorts({ names, remembered: home.ports, hosts: listeners(host), report }),
  );
  const settings = await settingsFor(home, given, { host, vhost });
  signal?.throwIfAborted();
  const logs = boundLogs(home.file("logs"));

  const { DATABASE_URL, REDIS_URL, AMQP_URL, AMQP_MANAGEMENT_URL, SQS_ENDPOINT } = settings;
  // The slowest goes first. None of these throws: nothing would stop those before it.
  const rabbitmq = programs.rabbitmq
    ? startRabbitmq(place, programs.rabbitmq, {
        url: AMQP_URL,
        managementUrl: AMQP_MANAGEMENT_URL,
        vhost,
      })
    : useGiven("AMQP_MANAGEMENT_URL", () => managementAnswers(AMQP_MANAGEMENT_URL));
  const postgres = cluster
    ? startPostgres(place, cluster, DATABASE_URL)
    : useGiven("DATABASE_URL", () => postgresAnswers(DATABASE_URL));
  const redis = programs.redis
    ? startRedis(place, programs.redis, REDIS_URL)
    : useGiven("REDIS_URL", () => redisAnswers(REDIS_URL));
  const sqs = given.SQS_ENDPOINT
    ? useGiven("SQS_ENDPOINT", () => sqsAnswers(SQS_ENDPOINT))
    : startSqs(place, SQS_ENDPOINT);

  const kept = { rabbitmq, postgres, redis, sqs };
  const readyAfterMs: Services["readyAfterMs"] = {};
  const timed = async (name: ServiceName) => {
    await kept[name].ready;
    readyAfterMs[name] = performance.now() - beganAt;
  };
  const ready = perService(timed);
  // A caller may stop before it waits for every one of them.
  for (const one of Object.values(ready)) one.catch(() => undefined);
  return {
    home,
    settings,
    ready,
    readyAfterMs,
    pids: () => perService((name) => kept[name].pid()),
    async stop() {
      await Promise.all(Object.values(kept).map((one) => one.stop()));
      logs.stop();
      home.close();
    },
  };
}
