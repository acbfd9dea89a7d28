import { createServer } from "node:http";

import { listening } from "./listening.ts";

/** Takes every request and never answers one. */
export function silentServer() {
  return listening(createServer(() => undefined));
}
