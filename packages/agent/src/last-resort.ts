import { log } from "./log.ts";
import { messageOf } from "./text.ts";

/** EX_SOFTWARE of sysexits(3), which a supervisor starts again. */
const BROKEN = 70;
/** What is salvaged has this long. */
const SALVAGE_MS = 2_000;

/**
 * An error that nobody caught ends this program, since nobody knows what it left half done; but first
 * `salvage` has its time. A further one meanwhile is told, and changes nothing.
 */
export function standBy(salvage: () => Promise<unknown>) {
  let broken = false;
  process.on("uncaughtException", (error: unknown, origin) => {
    const stack = error instanceof Error ? error.stack : undefined;
    log.error("this agent broke down", { reason: messageOf(error), origin, stack });
    if (broken) return;
    broken = true;
    const end = () => process.exit(BROKEN);
    setTimeout(end, SALVAGE_MS);
    void salvage().then(end, end);
  });
}
