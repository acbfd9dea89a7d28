import { type AllowList, formatNetworks } from "@netcheck/wire/address";

import { finding } from "./finding.ts";
import { VERSION } from "./version.ts";

export function programFinding() {
  const { versions, platform, arch, getuid } = process;
  const user = getuid?.();
  const facts = { version: VERSION, node: versions.node, platform, arch, uid: user };
  const who = `${VERSION} on Node ${versions.node}, ${platform}-${arch}`;
  if (user !== 0) return finding("program", "ok", who, facts);
  return finding("program", "warning", `${who}; runs as root, which it never needs`, facts);
}

/** Which special networks checks may reach through this agent. */
export function allowFinding(allow: AllowList) {
  const networks = formatNetworks(allow);
  const detail =
    networks.length === 0
      ? "public addresses only; NETCHECK_ALLOW lists nothing"
      : `public addresses, and ${networks.join(", ")}`;
  return finding("allow-list", "ok", detail, { networks });
}
