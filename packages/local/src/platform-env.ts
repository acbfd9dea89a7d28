import { isIP } from "node:net";

import type { Home } from "./home.ts";
import { choosePorts, isFree } from "./ports.ts";
import { problem } from "./problem.ts";
import { isLoopback, ownHost, reachableHost } from "./reachable-host.ts";
import type { Given, ServiceSettings } from "./service-settings.ts";

/** What checks may reach beyond the public network on one machine, unless `NETCHECK_ALLOW` says otherwise. */
export const LOOPBACK = "127.0.0.0/8,::1/128";

/** Where the API is, and the settings of the platform's programs. */
export type Place = {
  /** For people and programs, as `HOST` opens it. */
  url: string;
  /** For this machine itself. */
  ownUrl: string;
  env: NodeJS.ProcessEnv;
  /** Local agents speak plainly to an address that is not loopback. */
  insecure: boolean;
};

/** What names a service. */
export const SERVICES = [
  "DATABASE_URL",
  "REDIS_URL",
  "AMQP_URL",
  "AMQP_MANAGEMENT_URL",
  "AGENT_AMQP_URL",
  "SQS_ENDPOINT",
] as const;

/** The services that the environment names; an empty setting counts as none. */
export function givenIn(env: NodeJS.ProcessEnv): Given {
  return Object.fromEntries(SERVICES.flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
}

/** Settles the API's port and the whole environment. `port` 0 takes a free one and keeps to it. */
export async function settlePlace(options: {
  env: NodeJS.ProcessEnv;
  port: number;
  home: Home;
  settings: ServiceSettings;
  report: (line: string) => void;
}): Promise<Place> {
  const { home, settings, report } = options;
  const host = options.env["HOST"] ?? "127.0.0.1";
  const port = options.port === 0 ? await keptPort(home, host, report) : options.port;
  if (!(await isFree(port, host)))
    throw problem(
      `port ${port} on ${host} is taken by another program. ` +
        "Choose another one (--port N), or let a free one be found (--port 0).",
    );
  const url = `http://${reachableHost(host)}:${port}`;
  const { ADMIN_EMAIL: _email, ADMIN_PASSWORD: _password, ...rest } = options.env;
  // The same pages under the other name that people type.
  const isOwn = isLoopback(host) && !options.env["PUBLIC_URL"];
  const env = {
    ...(isOwn && { ALLOWED_ORIGINS: `http://localhost:${port}` }),
    ...rest,
    ...settings,
    HOST: host,
    PORT: String(port),
    PUBLIC_URL: options.env["PUBLIC_URL"] ?? url,
    NETCHECK_ALLOW: options.env["NETCHECK_ALLOW"] ?? itself(host),
  };
  const broker = new URL(settings.AGENT_AMQP_URL).hostname.replace(/^\[|\]$/g, "");
  return {
    url,
    ownUrl: `http://${reachableHost(ownHost(host))}:${port}`,
    env,
    insecure: !isLoopback(host) || !isLoopback(broker),
  };
}

/** Loopback, and the address that `HOST` opens: it is this machine too. */
export function itself(host: string): string {
  const isOther = isIP(host) !== 0 && !isLoopback(host) && ownHost(host) === host;
  return isOther ? `${LOOPBACK},${host}` : LOOPBACK;
}

async function keptPort(home: Home, host: string, report: (line: string) => void): Promise<number> {
  const chosen = await choosePorts({
    names: ["api"],
    remembered: home.ports,
    hosts: [host],
    report,
  });
  home.savePorts(chosen);
  return Number(chosen["api"]);
}
