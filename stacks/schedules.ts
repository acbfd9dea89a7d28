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

function schedule(name: string, handler: string, expression: "rate(1 minute)" | `cron(${string})`) {
  return new sst.aws.CronV2(name, {
    schedule: expression,
    timezone: "UTC",
    retries: 2,
    dlq: missed.arn,
    function: {
      handler: `packages/api/src/lambda-schedules.${handler}`,
      memory: "512 MB",
      timeout: "3 minutes",
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
export const minutely = schedule("Minutely", "minutely", "rate(1 minute)");

/** The same and retention, partitions and purges, whether anybody has written or not. */
export const daily = schedule("Daily", "daily", "cron(17 3 * * ? *)");
