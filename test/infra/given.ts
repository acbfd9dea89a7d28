import { ALL } from "@netcheck/api/contexts";
import { shownSettings } from "@netcheck/api/shown-settings";
import { Settings as WorkerSettings } from "@netcheck/worker/env";

const shown = [...(await shownSettings([])), ...(await shownSettings(ALL))];
const notGiven = new Set(shown.filter(({ onAws }) => onAws).map(({ name }) => name));
/** Of the worker, whose settings say nothing of AWS. */
const SETTLED = new Set([
  "AMQP_URL",
  "ALIVE_FILE",
  "METRICS_NAMESPACE",
  "METRICS_PORT",
  "METRICS_HOST",
]);

const settable = (names: string[]) =>
  names.filter((name) => !notGiven.has(name) && !SETTLED.has(name));

export const baseGiven = settable((await shownSettings([])).map(({ name }) => name));
/** Those that a context has to itself, by its name. */
export const GIVEN_TO: Readonly<Record<string, string[]>> = Object.fromEntries(
  await Promise.all(
    ALL.map(async (context) => {
      const own = await shownSettings([context]);
      return [context.name, settable(own.map(({ name }) => name))] as const;
    }),
  ),
);
export const platformGiven = [...settable(shown.map(({ name }) => name)), "RMQ_WORKER_USER"];
export const workerGiven = settable(Object.keys(WorkerSettings.shape));

/** What an operator writes into `.env.<stage>`: every setting, and no two alike. */
export const GIVEN = Object.fromEntries(
  [...new Set([...platformGiven, ...workerGiven])].map((name) => [
    `NETCHECK_${name.replace(/^NETCHECK_/, "")}`,
    `given for ${name}`,
  ]),
);
