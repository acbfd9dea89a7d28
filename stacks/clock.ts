import { pascal } from "./contexts";
import { prefix } from "./stage";

/** What was not even started, after its retries. */
export const missed = new sst.aws.Queue("SchedulesDlq", {
  transform: { queue: { name: `${prefix}schedules-dlq`, messageRetentionSeconds: 14 * 86_400 } },
});

type CronArgs = sst.aws.CronV2Args;
type Called = {
  name: string;
  expression: NonNullable<CronArgs["schedule"]>;
  fn: Exclude<CronArgs["function"], undefined | string>;
};

/** A function of its own, called by the clock. */
export function cron({ name, expression, fn }: Called) {
  const { nodes } = new sst.aws.CronV2(pascal(name), {
    schedule: expression,
    timezone: "UTC",
    retries: 2,
    dlq: missed.arn,
    function: fn,
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
  return { name, fn: nodes.function, schedule: nodes.schedule };
}
