import { getServers } from "node:dns";
import { mkdtemp, rmdir, stat } from "node:fs/promises";
import { isIP } from "node:net";
import { dirname, join } from "node:path";

import {
  findStateFile,
  readCredential,
  stateFiles,
  stateFolder,
  type Credential,
} from "./credential.ts";
import { elapsedMs } from "./dial.ts";
import { finding, type Finding } from "./finding.ts";
import { resolveHost } from "./resolve.ts";
import { sourceAddress } from "./route.ts";
import type { SelfTestSettings } from "./settings.ts";
import { codeOf, messageOf } from "./text.ts";

const LIMIT_MS = 5_000;

/** Addresses for documentation (RFC 5737, RFC 3849): the kernel is asked for a route, nothing is sent. */
const FAR_AWAY = { 4: "192.0.2.1", 6: "2001:db8::1" } as const;

/** Whether there is a way out over IPv4 and IPv6. */
export async function ipFamilies() {
  const families = await Promise.all(
    ([4, 6] as const).map(async (family) => ({
      family,
      from: await sourceAddress(FAR_AWAY[family]),
    })),
  );
  const none = families.every(({ from }) => from === undefined);
  return families.map(({ family, from }) =>
    from === undefined
      ? finding(`IPv${family}`, none ? "failed" : "warning", "no route out of this host")
      : finding(`IPv${family}`, "ok", `from ${from}`, { from }),
  );
}

/** Which resolvers this host uses, and whether they know the platform. */
export async function resolverFinding(platformUrl: string | undefined): Promise<Finding> {
  const servers = getServers();
  const asks = servers.length === 0 ? "no resolver" : servers.join(", ");
  const host = platformUrl && new URL(platformUrl).hostname.replace(/^\[(.*)\]$/, "$1");
  if (!host || isIP(host) || host === "localhost")
    return finding("resolver", "skipped", `${asks}; no name to ask for`, { servers });
  const startedAt = performance.now();
  const resolution = await resolveHost(host, AbortSignal.timeout(LIMIT_MS));
  const ms = elapsedMs(startedAt);
  if ("failure" in resolution)
    return finding("resolver", "failed", `${asks}: ${resolution.failure.error.message}`, {
      servers,
    });
  const { addresses } = resolution;
  const detail = `${asks}: ${host} is at ${addresses.join(", ")} (${ms.toFixed(1)} ms)`;
  return finding("resolver", "ok", detail, { servers, addresses, ms });
}

/** Whether the secret is, or can be, kept where only this user reads it. */
export async function stateFinding(
  settings: SelfTestSettings,
): Promise<{ finding: Finding; credential?: Credential }> {
  const { platformUrl, token } = settings;
  try {
    const folder = stateFolder(process.env);
    const known = platformUrl === undefined ? [] : await stateFiles(folder, platformUrl);
    if (!settings.stateFile && (!platformUrl || (token === undefined && known.length === 0)))
      return { finding: finding("state file", "skipped", `none in ${folder} yet`) };
    const file =
      settings.stateFile ??
      (await findStateFile(folder, { platformUrl: platformUrl ?? "", token }));
    const credential = await readCredential(file);
    // Asking for permission says little: root has it even where nothing can be written.
    await rmdir(await mkdtemp(join(await existingFolder(dirname(file)), ".netcheck-")));
    if (!credential)
      return { finding: finding("state file", "ok", `${file} can be made`, { file }) };
    return { finding: finding("state file", "ok", `${file}, private`, { file }), credential };
  } catch (error) {
    return { finding: finding("state file", "failed", messageOf(error)) };
  }
}

async function existingFolder(folder: string): Promise<string> {
  try {
    await stat(folder);
    return folder;
  } catch (error) {
    if (codeOf(error) !== "ENOENT" || dirname(folder) === folder) throw error;
    return await existingFolder(dirname(folder));
  }
}
