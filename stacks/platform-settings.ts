import manifest from "../packages/api/contexts.json";
import type { Context } from "./contexts";

/** What `.env.example` says of the worker. */
export const workerSettings = given("LOG_LEVEL", "RMQ_AGENTS_VHOST", "RMQ_REQUEST_EXCHANGE");

/** What `.env.example` says of the platform and of these contexts, as far as an operator may give it. */
export function platformSettings(of: readonly Context[]) {
  const own = of.flatMap(({ settings }) => settings);
  return given(...manifest.settings, ...own, "RMQ_WORKER_USER");
}

/**
 * Settings that `.env.<stage>` gives, each by its name with `NETCHECK_` before it: the CLI reads `.env`
 * and the shell as well, whose `LOG_LEVEL` is about something else. What is not given keeps its default.
 */
function given(...names: string[]) {
  const values = names.flatMap((name) => {
    const value = process.env[`NETCHECK_${name.replace(/^NETCHECK_/, "")}`];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(values);
}
