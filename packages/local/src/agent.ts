import { LOOPBACK } from "./platform-env.ts";

if (process.env["NETCHECK_ALLOW"] === undefined) {
  process.env["NETCHECK_ALLOW"] = LOOPBACK;
  process.stderr.write(`NETCHECK_ALLOW=${LOOPBACK}: this agent may check this machine itself.\n`);
}
await import("@netcheck/agent/main");
