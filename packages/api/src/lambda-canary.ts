import { ask } from "./canary.ts";

/** Lambda handler of EventBridge Scheduler: an error of the function is an alarm. */
export async function handler() {
  await ask(process.env["CANARY_URL"] ?? "");
}
