import { access } from "./access";
import { api } from "./api";
import { prefix } from "./stage";

/** What was not even started, after its retries. */
export const missed = new sst.aws.Queue("SchedulesDlq", {
  transform: { queue: { name: `${prefix}schedules-dlq`, messageRetentionSeconds: 14 * 86_400 } },
});

const { environment, permissions } = access({
  reads: ["DATABASE_URL", "REDIS_URL", "AMQP_MANAGEMENT_URL"],
  sends: ["check-requests", "events"],
});

type Round = {
  name: string;
  handler: string;
  expression: "rate(1 minute)" | `cron(${string})`;
  /** Of a round that throws. The scheduler's own are for one that could not be started. */
  retries: number;
};

function schedule({ name, handler, expression, retries }: Round) {
  return new sst.aws.CronV2(name, {
    schedule: expression,
    timezone: "UTC",
    retries: 2,
    dlq: missed.arn,
    function: {
      name: `${prefix}${handler}`,
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
}

/** Repair, sweep, reconciliation: asks Redis first, and wakes the database only if something is due. */
export const minutely = schedule({
  name: "Minutely",
  handler: "minutely",
  expression: "rate(1 minute)",
  retries: 0,
});

/** The same and retention, partitions and purges, whether anybody has written or not. */
export const daily = schedule({
  name: "Daily",
  handler: "daily",
  expression: "cron(17 3 * * ? *)",
  retries: 2,
});
