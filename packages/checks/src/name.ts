import { type AllowList, literalAddress } from "@netcheck/wire/address";
import { canonicalName, parseName } from "@netcheck/wire/dns-name";

import type { Asked } from "./check-type.ts";
import { bad, portOf, readHost, refuseLocal, refuseUrl } from "./host.ts";

/**
 * Name and port of a target that is asked for and not gone to: what no host may be called, DNS may
 * know. What is an address in any writing is read as one.
 */
export function readName(asked: Asked, allow: AllowList) {
  const { target } = asked;
  refuseUrl(target, "target");
  if (target.startsWith("[") || literalAddress(target)) return readHost(asked, allow);
  const [, text = target, port] = /^(.*?)(?::(\d+))?$/s.exec(target) ?? [];
  const name = canonicalName(text);
  if (name === undefined) throw bad("target", "This is no name that DNS can be asked for.");
  if (literalAddress(name))
    return readHost({ ...asked, target: port === undefined ? name : `${name}:${port}` }, allow);
  // A zone of its own below the root was hardly meant.
  if (/[/?#]/.test(parseName(name)?.at(-1) ?? ""))
    throw bad("target", "Give the name alone, without a path.");
  refuseLocal(name, allow, "target");
  return { target: name, port: portOf(asked, port === undefined ? undefined : Number(port)) };
}
