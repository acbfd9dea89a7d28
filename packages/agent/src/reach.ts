import { isAddressAllowed } from "@netcheck/wire/address";
import type { IpVersion } from "@netcheck/wire/options";

import { policyFailure, type Failure } from "./failure.ts";
import { SYSTEM_NETWORK } from "./network.ts";
import type { ProbeContext } from "./probe.ts";

/** A host's addresses, each once; `address` is the first one, allowed or not, for the record. */
export type Reach = { allowed: readonly string[]; refused: readonly string[] } & (
  | { address: string }
  | { address: string | null; failure: Failure }
);

/** Resolves a host once and judges every address by the target policy; only `allowed` may be dialled. */
export async function reach(
  host: string,
  { allow, signal, network = SYSTEM_NETWORK }: ProbeContext,
  ipVersion?: IpVersion,
): Promise<Reach> {
  const resolution = await network.resolve(host, signal, ipVersion);
  if ("failure" in resolution)
    return { address: null, allowed: [], refused: [], failure: resolution.failure };
  const addresses = [...new Set(resolution.addresses)];
  const allowed = addresses.filter((it) => isAddressAllowed(it, allow));
  const refused = addresses.filter((it) => !isAddressAllowed(it, allow));
  const [address] = allowed;
  if (address !== undefined) return { address, allowed, refused };
  return {
    address: addresses[0] ?? null,
    allowed,
    refused,
    failure: policyFailure(`${host} is at an address that this agent may not reach.`),
  };
}
