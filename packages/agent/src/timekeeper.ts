import type { Clock } from "./clock.ts";
import { log } from "./log.ts";

/** Learns the platform's time where that is due; resolves once it is learnt, or could not be. Never rejects. */
export type Timekeeper = () => Promise<void>;

/** One call at a time, by `ask`, which answers why it failed; the next look tries again. */
export function createTimekeeper(clock: Clock, ask: () => Promise<string | undefined>): Timekeeper {
  let asking: Promise<void> | undefined;
  const learn = async () => {
    const reason = await ask();
    asking = undefined;
    if (reason === undefined) log.info("the time was learnt", { clockOffsetMs: clock.aheadMs() });
    else log.warn("the platform's time could not be learnt", { reason });
  };
  return () => {
    if (!asking && clock.isDue()) asking = learn();
    return asking ?? Promise.resolve();
  };
}
