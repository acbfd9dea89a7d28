import { existsSync, rmSync, writeFileSync } from "node:fs";

import { keep, type Kept } from "./keeper.ts";
import { problem } from "./problem.ts";
import { foreignPassword, plainEnv, type Place } from "./service.ts";
import type { RabbitmqPrograms } from "./system-programs.ts";
import { accepts, until } from "./wait.ts";

/** The names of the ports that a private broker takes. */
export const RABBITMQ_PORTS = ["amqp", "management", "erlang", "epmd"] as const;

/** A private RabbitMQ with its management API, apart from any other on this machine, and its own epmd. */
export function startRabbitmq(
  place: Place,
  programs: RabbitmqPrograms,
  account: { url: string; managementUrl: string; vhost: string },
): Kept {
  const env = brokerEnv(place);
  const ready = place.home.file("rabbitmq", "was-ready");
  // Left to Erlang, epmd would be a daemon that outlives the broker.
  const epmd = keep("epmd", {
    ...place,
    program: () => ({
      name: "epmd",
      command: programs.epmd,
      args: ["-port", String(place.home.ports["epmd"]), "-address", "127.0.0.1"],
      env,
      graceMs: 500,
    }),
    isReady: (_child, signal) =>
      until(() => accepts("127.0.0.1", Number(place.home.ports["epmd"])), 20, signal),
    readyWithinMs: 10_000,
  });
  const broker = keep("rabbitmq", {
    ...place,
    async program() {
      // A first boot that was cut short leaves half a database without our account; nothing is in it yet.
      if (!existsSync(ready)) rmSync(place.home.file("rabbitmq"), { recursive: true, force: true });
      for (const name of ["home", "data", "log"]) place.home.folder("rabbitmq", name);
      writeConfig(place, account);
      await epmd.ready;
      return {
        name: "rabbitmq",
        command: programs.server,
        args: [],
        env,
        cwd: place.home.file("rabbitmq"),
        // 3.10 waits 5 s for nothing when it stops; what was confirmed is on disk all the same.
        graceMs: 1_500,
      };
    },
    async isReady(_child, signal) {
      await until(() => privateAnswers(account.managementUrl), 100, signal);
      await until(() => accepts("127.0.0.1", Number(place.home.ports["amqp"])), 20, signal);
      writeFileSync(ready, "");
    },
    readyWithinMs: 120_000,
  });
  return {
    ready: broker.ready,
    pid: broker.pid,
    async stop() {
      await broker.stop();
      await epmd.stop();
    },
  };
}

function brokerEnv({ home }: Place): NodeJS.ProcessEnv {
  const { ports } = home;
  const folder = (...parts: string[]) => home.file("rabbitmq", ...parts);
  return {
    ...plainEnv(),
    HOME: folder("home"),
    RABBITMQ_CONF_ENV_FILE: "/dev/null",
    RABBITMQ_NODENAME: "netcheck@localhost",
    RABBITMQ_NODE_PORT: String(ports["amqp"]),
    RABBITMQ_DIST_PORT: String(ports["erlang"]),
    RABBITMQ_MNESIA_BASE: folder("data"),
    RABBITMQ_LOG_BASE: folder("log"),
    RABBITMQ_LOGS: "-",
    RABBITMQ_CONFIG_FILE: folder("rabbitmq.conf"),
    RABBITMQ_ENABLED_PLUGINS_FILE: folder("enabled_plugins"),
    RABBITMQ_PID_FILE: folder("pid"),
    ERL_EPMD_PORT: String(ports["epmd"]),
    ERL_EPMD_ADDRESS: "127.0.0.1",
    // The script then becomes the broker, so that our child is the broker itself.
    RUNNING_UNDER_SYSTEMD: "true",
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS:
      "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}",
  };
}

function writeConfig(place: Place, account: { url: string; vhost: string }): void {
  const { username, password } = new URL(account.url);
  const lines = [
    ...listeners(place.host).map(
      (host, n) => `listeners.tcp.${n + 1} = ${host}:${place.home.ports["amqp"]}`,
    ),
    "management.tcp.ip = 127.0.0.1",
    `management.tcp.port = ${place.home.ports["management"]}`,
    `default_user = ${username}`,
    `default_pass = ${password}`,
    `default_vhost = ${account.vhost}`,
    // Twice what a message may be: the worker rejects and counts, the broker stops the rest.
    "max_message_size = 524288",
    "log.console = true",
    "log.file = false",
    "disk_free_limit.absolute = 50MB",
    "vm_memory_high_watermark.absolute = 1GB",
  ];
  const file = place.home.file("rabbitmq", "rabbitmq.conf");
  writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
  writeFileSync(place.home.file("rabbitmq", "enabled_plugins"), "[rabbitmq_management].\n");
}

/** The addresses the broker listens on: loopback always, and what `HOST` opens. */
export function listeners(host: string): string[] {
  if (host === "127.0.0.1" || host === "localhost") return ["127.0.0.1"];
  if (host === "0.0.0.0" || host === "::") return [host];
  return ["127.0.0.1", host];
}

async function privateAnswers(managementUrl: string): Promise<void> {
  const status = await askHealth(managementUrl);
  if (status === 401) throw foreignPassword("RabbitMQ");
  if (status !== 200) throw new Error(`the management API answered ${status}`);
}

/** Whether the broker is up, knows the account, and has neither a memory nor a disk alarm. */
export async function managementAnswers(managementUrl: string): Promise<void> {
  const status = await askHealth(managementUrl);
  if (status === 401)
    throw problem("AMQP_MANAGEMENT_URL has a name or password that the broker refuses.");
  if (status !== 200) throw new Error(`the management API answered ${status}`);
}

async function askHealth(managementUrl: string): Promise<number> {
  const url = new URL("/api/health/checks/local-alarms", managementUrl);
  const { username, password } = new URL(managementUrl);
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const answer = await fetch(url.href.replace(/\/\/[^/@]*@/, "//"), {
    headers: { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` },
    signal: AbortSignal.timeout(3_000),
  });
  await answer.body?.cancel();
  return answer.status;
}
