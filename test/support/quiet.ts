import { setLogLevel } from "@netcheck/kernel/log";

/** Tests provoke what would be logged; a failing test says enough by itself. */
setLogLevel("CRITICAL");
