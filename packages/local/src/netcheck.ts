import { firstAdmin, unusedLines } from "./first-admin.ts";
import { checkGiven } from "./given-settings.ts";
import type { Kept } from "./keeper.ts";
import { agentNames, agentsToEnrol, keepAgent } from "./local-agents.ts";
import { keepPing } from "./ping.ts";
import { givenIn, settlePlace } from "./platform-env.ts";
import { keepApi, keepWorker } from "./platform-programs.ts";
import { messageOf, problem } from "./problem.ts";
import type { Progress } from "./progress.ts";
import { checkItself, waitForAgents, type Check } from "./self-check.ts";
import { perService, type ServiceName } from "./service.ts";
import { startServices, type Services } from "./services.ts";

/** The numbers of all processes; null for a given service, and for what is down at the moment. */
export type Pids = Record<"api" | "worker" | ServiceName, number | null> & {
  agents: (number | null)[];
};

/** The whole of Netcheck on one machine, running. */
export type Netcheck = {
  url: string;
  email: string;
  /** Of the first administrator, until `passwordShown` says that somebody has seen it. */
  password?: string;
  passwordShown: () => void;
  /** The settings of the platform's programs. */
  env: NodeJS.ProcessEnv;
  services: Services;
  pids: () => Pids;
  /** One check through the whole way: HTTP, queue, broker, agents and back. */
  checkItself: () => Promise<Check>;
  /** Stops everything within 10 s. The data stays. */
  stop: () => Promise<void>;
};

/** What `startNetcheck` is told. Services that `env` names are used instead of private ones. */
export type NetcheckOptions = {
  home: string;
  /** 0 takes a free one. */
  port: number;
  agents: number;
  env: NodeJS.ProcessEnv;
  progress: Progress;
  /** Ends the start, or what runs, as `stop` does. */
  signal: AbortSignal;
};

/** What runs so far, in one place, so that it can be stopped at any moment. */
type Running = { begin: (one: () => Kept) => Promise<Kept>; stop: () => Promise<void> };

/**
 * Starts everything, each part as soon as what it stands on is there. Rejects when a part does not come
 * up, with a `problem` where a person can mend it; nothing is left running then.
 */
export async function startNetcheck(options: NetcheckOptions): Promise<Netcheck> {
  const { env, progress, signal } = options;
  await checkGiven(env, progress.line);
  const begun = startServices({
    home: options.home,
    host: env["HOST"] ?? "127.0.0.1",
    given: givenIn(env),
    report: progress.line,
    signal,
    ...(env["RMQ_AGENTS_VHOST"] && { vhost: env["RMQ_AGENTS_VHOST"] }),
  });
  const services = await progress.track("home and programs", begun);
  const running = keepTrack(services);
  signal.addEventListener("abort", () => void running.stop());
  try {
    signal.throwIfAborted();
    return await bringUp(options, services, running);
  } catch (error) {
    await running.stop();
    throw error;
  }
}

function keepTrack(services: Services): Running {
  const kept: Kept[] = [];
  let stopped: Promise<void> | undefined;
  const stopAll = async () => {
    await Promise.all(kept.map((one) => one.stop()));
    await services.stop();
  };
  return {
    async begin(one) {
      if (stopped) throw problem("Netcheck was stopped before it was ready.");
      const begun = one();
      kept.push(begun);
      await begun.ready;
      return begun;
    },
    stop: () => (stopped ??= stopAll()),
  };
}

async function bringUp(
  options: NetcheckOptions,
  services: Services,
  { begin, stop }: Running,
): Promise<Netcheck> {
  const { progress } = options;
  const { home, settings } = services;
  const report = progress.line;
  const place = await settlePlace({ ...options, home, settings, report });
  const { env, url } = place;
  // Loaded while the services boot: it is the greater part of the platform's code.
  const prepare = await import("./prepare.ts");
  env["TOKEN_KEYS"] ??= await home.secret("TOKEN_KEYS", prepare.generateTokenKeys);
  const keeping = { home, report };
  const admin = await firstAdmin(home, options.env);
  const names = agentNames(options.agents, home, Boolean(options.env["DATABASE_URL"]));

  const step = <T>(name: string, after: Promise<unknown>[], work: () => Promise<T>) =>
    progress.track(name, Promise.all(after).then(work));
  const ping = names.length > 0 ? begin(() => keepPing(report)) : Promise.resolve();
  const { postgres, redis, rabbitmq, sqs } = perService((name) =>
    progress.track(name, services.ready[name]),
  );
  const database = step("database", [postgres, redis], () =>
    prepare.prepareDatabase(env, admin.account),
  );
  const queues = step("queues", [sqs], () => prepare.createSqsQueues(settings.SQS_ENDPOINT));
  const tokens = step("enrolment", [database], async () =>
    prepare.enrolLocalAgents(env, await agentsToEnrol(home, names, place)),
  );
  const api = step("api", [database, queues], () => begin(() => keepApi(keeping, env)));
  const broker = step("broker's topology", [database, rabbitmq], () => prepare.prepareBroker(env));
  const worker = step("worker", [queues, broker], () => begin(() => keepWorker(keeping, env)));
  const agents = step("agents", [api, broker, tokens, ping], async () => {
    const made = await tokens;
    const begun = names.map(async (name) => {
      const kept = await begin(() => keepAgent(keeping, name, made[name], place));
      return { name, kept };
    });
    const outcomes = await Promise.allSettled(begun);
    // One that was revoked does not keep the others from starting.
    for (const one of outcomes) if (one.status === "rejected") report(messageOf(one.reason));
    return outcomes.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  });

  const withToken = async <T>(use: (accessToken: string) => Promise<T>) => {
    const session = await prepare.systemAccessToken(env);
    try {
      return await use(session.accessToken);
    } finally {
      await session.end();
    }
  };
  const active = step("agents active", [worker, agents], async () => {
    const started = (await agents).map(({ name }) => name);
    return await withToken((accessToken) =>
      waitForAgents({ url: place.ownUrl, accessToken }, started),
    );
  });
  const [made, apiKept, workerKept, agentsKept, inactive] = await Promise.all([
    database,
    api,
    worker,
    agents,
    active,
  ]);
  const password = made.password ?? (await admin.unshownPassword(place.ownUrl, made.email));
  if (made.password === undefined) unusedLines(options.env, made.email).forEach(report);
  if (inactive.length > 0) report(`not active yet: ${inactive.join(", ")}`);

  return {
    url,
    email: made.email,
    ...(password !== undefined && { password }),
    passwordShown: admin.passwordShown,
    env,
    services,
    pids: () => ({
      api: apiKept.pid(),
      worker: workerKept.pid(),
      agents: agentsKept.map(({ kept }) => kept.pid()),
      ...services.pids(),
    }),
    checkItself: () => withToken((accessToken) => checkItself({ url: place.ownUrl, accessToken })),
    stop,
  };
}
