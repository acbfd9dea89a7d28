import { access, DATA, everyQueueSent, ownSecrets, sentBy } from "./access";
import { api } from "./api";
import { bundled } from "./bundle";
import { cron } from "./clock";
import { type Context, contexts } from "./contexts";
import { prefix } from "./stage";

type Round = { suffix: string; of: readonly Context[]; sends: readonly string[] };

const isOpen = ({ secrets }: Context) => secrets.length === 0;

/** Repairs what any request left in the outbox, and so may fill every queue. */
const shared = { suffix: "", of: contexts.filter(isOpen), sends: everyQueueSent };

/** Contexts with secrets of their own have a round to themselves, for nobody else is given those. */
const own = contexts
  .filter((of) => !isOpen(of) && of.schedules.length > 0)
  .map((of) => ({ suffix: `-${of.name}`, of: [of], sends: sentBy([of]) }));

type Rhythm = {
  handler: "minutely" | "daily";
  expression: "rate(1 minute)" | `cron(${string})`;
  /** Of a round that throws. The scheduler's own are for one that could not be started. */
  retries: number;
};

const RHYTHMS: readonly Rhythm[] = [
  // Asks Redis first, and wakes the database only if something is due.
  { handler: "minutely", expression: "rate(1 minute)", retries: 0 },
  // Everything, whether anybody has written or not.
  { handler: "daily", expression: "cron(17 3 * * ? *)", retries: 2 },
];

function schedule({ suffix, of, sends }: Round, { handler, expression, retries }: Rhythm) {
  const name = `${handler}${suffix}`;
  const { environment, permissions } = access({ of, reads: [...DATA, ...ownSecrets(of)], sends });
  const fn = {
    name: `${prefix}${name}`,
    handler: `packages/api/src/lambda-schedules.${handler}`,
    hook: bundled("packages/api/src/lambda-schedules.ts", of),
    memory: "512 MB",
    timeout: "3 minutes",
    retries,
    permissions,
    environment: { ...environment, PUBLIC_URL: api.url },
  } as const;
  return { handler, of, ...cron({ name, expression, fn }) };
}

export const schedules = [shared, ...own].flatMap((round) =>
  RHYTHMS.map((rhythm) => schedule(round, rhythm)),
);
