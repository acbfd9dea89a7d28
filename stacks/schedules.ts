import { access, DATA, everyQueueSent, ownSecrets } from "./access";
import { api } from "./api";
import { contexts, pascal } from "./contexts";
import { prefix } from "./stage";

/** What was not even started, after its retries. */
export const missed = new sst.aws.Queue("SchedulesDlq", {
  transform: { queue: { name: `${prefix}schedules-dlq`, messageRetentionSeconds: 14 * 86_400 } },
});

/**
 * Contexts share a round, except those with secrets of their own, which nobody else is given. A round
 * repairs what any request left in the outbox, so it may fill every queue.
 */
const rounds = [
  { suffix: "", of: contexts.filter(({ secrets }) => secrets.length === 0) },
  ...contexts
    .filter(({ secrets }) => secrets.length > 0)
    .map((one) => ({ suffix: `-${one.name}`, of: [one] })),
].filter(({ of }) => of.some((one) => one.schedules.length > 0));

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

function schedule(
  { suffix, of }: (typeof rounds)[number],
  { handler, expression, retries }: Rhythm,
) {
  const name = `${handler}${suffix}`;
  const { environment, permissions } = access({
    of,
    reads: [...DATA, ...ownSecrets(of)],
    sends: everyQueueSent,
  });
  const cron = new sst.aws.CronV2(pascal(name), {
    schedule: expression,
    timezone: "UTC",
    retries: 2,
    dlq: missed.arn,
    function: {
      name: `${prefix}${name}`,
      handler: `packages/api/src/lambda-schedules.${handler}`,
      memory: "512 MB",
      timeout: "3 minutes",
      retries,
      permissions,
      environment: { ...environment, PUBLIC_URL: api.url },
    },
    // A retry that starts after the next round is of no use.
    transform: {
      schedule: (args) => {
        args.target = $resolve(args.target).apply((target) => ({
          ...target,
          retryPolicy: { ...target.retryPolicy, maximumEventAgeInSeconds: 300 },
        }));
      },
    },
  });
  return { name, handler, of, fn: cron.nodes.function, schedule: cron.nodes.schedule };
}

export const schedules = rounds.flatMap((round) =>
  RHYTHMS.map((rhythm) => schedule(round, rhythm)),
);
