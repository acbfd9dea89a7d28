import { PingOptions } from "@netcheck/wire/options";

import { type Network, SYSTEM_NETWORK } from "./network.ts";
import { pingCommand } from "./ping-command.ts";
import { parsePing } from "./ping-output.ts";
import { CAPABILITIES } from "./version.ts";

const TRIAL_MS = 3_000;
const TRIAL = PingOptions.parse({ packets: 1, timeoutMs: 2_000 });

/** The types of checks that work here: `ping` only if the system's tool gets a reply from this host itself. */
export async function findCapabilities(
  network: Pick<Network, "ping"> = SYSTEM_NETWORK,
): Promise<readonly string[]> {
  const { command, argv } = pingCommand("127.0.0.1", TRIAL);
  const { stdout, stderr } = await network.ping(command, argv, AbortSignal.timeout(TRIAL_MS));
  return parsePing(stdout, stderr, 1).stats.rcv > 0 ? [...CAPABILITIES, "ping"] : CAPABILITIES;
}
