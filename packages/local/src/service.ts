import type { Home } from "./home.ts";
import type { Kept } from "./keeper.ts";
import { isProblem, messageOf, problem } from "./problem.ts";
import { until } from "./wait.ts";

/** The services by the names that people and `--json` know them by. */
export const SERVICE_NAMES = ["postgres", "redis", "rabbitmq", "sqs"] as const;
export type ServiceName = (typeof SERVICE_NAMES)[number];

/** One value per service. */
export function perService<T>(of: (name: ServiceName) => T): Record<ServiceName, T> {
  return { postgres: of("postgres"), redis: of("redis"), rabbitmq: of("rabbitmq"), sqs: of("sqs") };
}

/** Where a private service is started. `host` is the address opened to others; 127.0.0.1 for none. */
export type Place = { home: Home; host: string; report: (line: string) => void };

/** The little of our environment that a service is given: none of its own variables, none of our secrets. */
export function plainEnv(): NodeJS.ProcessEnv {
  const kept = /^(PATH|HOME|USER|LOGNAME|LANG|LC_.*|TZ|TMPDIR)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.test(name)));
}

/** The home's secrets and its data are not of one another: a copied or edited state file. */
export function foreignPassword(service: string, cause?: unknown): Error {
  return problem(
    `${service} does not take the password in the home's state.json, so that file is not the one its data was made with. ` +
      "Put back the right one, or start with another folder (--home DIR). Nothing was deleted.",
    cause,
  );
}

const GIVEN_WITHIN_MS = 15_000;

/** A service that somebody else runs: ready when it answers, and never started or stopped by us. */
export function useGiven(setting: string, answers: () => Promise<void>): Kept {
  const limit = AbortSignal.timeout(GIVEN_WITHIN_MS);
  const stopping = new AbortController();
  const ready = until(answers, 250, AbortSignal.any([limit, stopping.signal])).catch(
    (error: unknown) => {
      throw isProblem(error)
        ? error
        : problem(`what ${setting} names does not answer: ${messageOf(error)}`, error);
    },
  );
  ready.catch(() => undefined);
  return {
    ready,
    pid: () => null,
    async stop() {
      stopping.abort();
    },
  };
}
