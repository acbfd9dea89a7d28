import { gauge } from "@netcheck/kernel/metric";

/** What identity shows. */
export const METRICS = {
  sessions: gauge("sessions_live", "Sessions that are not over, counted up to 100 000.", {}),
};
