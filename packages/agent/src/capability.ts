import { CheckType } from "@netcheck/wire/message";

import { type Network, SYSTEM_NETWORK } from "./network.ts";
import { PROBES } from "./probes.ts";

/** The types of checks that work here: those that run anywhere, and of the others those whose trial passes. */
export async function findCapabilities(
  network: Pick<Network, "ping"> = SYSTEM_NETWORK,
): Promise<readonly CheckType[]> {
  const works = async (type: CheckType) => (await PROBES[type].trial?.passes(network)) ?? true;
  const worked = await Promise.all(CheckType.options.map(works));
  return CheckType.options.filter((_type, i) => worked[i]);
}
