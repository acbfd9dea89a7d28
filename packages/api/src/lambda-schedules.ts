import { lambdaPlatform, ownContexts } from "./lambda-platform.ts";
import * as round from "./schedule-round.ts";

const contexts = ownContexts(process.env);
const schedules = contexts.flatMap((context) => context.schedules);
const opened = lambdaPlatform(process.env, contexts);
opened().catch(() => undefined);

/** Lambda handlers of EventBridge Scheduler, whose input is ours and not looked at. Safe to repeat. */
export async function minutely() {
  const { platform } = await opened();
  await round.minutely(platform, schedules);
}

export async function daily() {
  const { platform } = await opened();
  await round.daily(platform, schedules);
}
