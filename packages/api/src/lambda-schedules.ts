import { lambdaPlatform } from "./lambda-platform.ts";
import * as round from "./round.ts";
import { SCHEDULES } from "./schedules.ts";

const opened = lambdaPlatform(process.env);
opened().catch(() => undefined);

/** Lambda handlers of EventBridge Scheduler, whose input is ours and not looked at. Safe to repeat. */
export async function minutely() {
  const { platform } = await opened();
  await round.minutely(platform, SCHEDULES);
}

export async function daily() {
  const { platform } = await opened();
  await round.daily(platform, SCHEDULES);
}
