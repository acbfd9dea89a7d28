import type { Ctx } from "./ctx.ts";
import type { Sample } from "./metric.ts";
import type { Kept } from "./retention.ts";
import type { Later, Schedule } from "./schedule.ts";

const HOUR_SECONDS = 3_600;

/** What follows for a context whose tables are cut: they are made ahead, dropped when old, and measured. */
export function keepingOf<C extends Ctx>(context: string, load: Later<Kept<C>>) {
  const schedules: Schedule<C>[] = [
    {
      name: `${context}.partitions`,
      everySeconds: HOUR_SECONDS,
      run: async () => {
        const [{ makePartitions }, kept] = await Promise.all([import("./partition.ts"), load()]);
        return (ctx) => makePartitions(ctx, kept);
      },
    },
    {
      name: `${context}.retention`,
      everySeconds: HOUR_SECONDS,
      run: async () => {
        const [{ dropOld }, kept] = await Promise.all([import("./retention.ts"), load()]);
        return (ctx) => dropOld(ctx, kept);
      },
    },
  ];
  const measure = async () => {
    const [{ measureAhead }, kept] = await Promise.all([import("./partition-ahead.ts"), load()]);
    return (ctx: C): Promise<Sample[]> => measureAhead(ctx, context, kept);
  };
  return { schedules, measures: { [`${context}_partitions`]: measure } };
}
