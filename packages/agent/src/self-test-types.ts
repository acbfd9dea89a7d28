import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { parseAllowList } from "@netcheck/wire/address";
import { CheckType } from "@netcheck/wire/message";

import { finding, type Finding } from "./finding.ts";
import { PROBES } from "./probes.ts";
import { messageOf } from "./text.ts";

const LIMIT_MS = 5_000;
const HOST = "127.0.0.1";

/** Runs the offered types against a server on loopback where that can be, and names those not offered. */
export async function typeFindings(offered: readonly CheckType[]): Promise<Finding[]> {
  const lacking = CheckType.options.filter((type) => !offered.includes(type));
  return [
    ...(await tryAll(offered)),
    ...lacking.map((type) =>
      finding(
        `type ${type}`,
        "warning",
        `not offered: ${PROBES[type].trial?.needs ?? "it does not work here"}`,
      ),
    ),
  ];
}

async function tryAll(offered: readonly CheckType[]) {
  const server = createServer((_request, response) => void response.end("ok"));
  server.on("error", () => undefined);
  server.listen(0, HOST);
  try {
    await once(server, "listening", { signal: AbortSignal.timeout(LIMIT_MS) });
    const { port } = server.address() as AddressInfo;
    return await Promise.all(offered.map((type) => tryType(type, port)));
  } catch (error) {
    return [finding("types", "failed", `nothing can listen on loopback: ${messageOf(error)}`)];
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function tryType(type: CheckType, port: number) {
  const name = `type ${type}`;
  const { runHere, trial } = PROBES[type];
  if (!runHere) return finding(name, "ok", trial?.shows ?? "offered");
  const context = { allow: parseAllowList(HOST), signal: AbortSignal.timeout(LIMIT_MS) };
  const { failure } = await runHere(port, context);
  if (!failure) return finding(name, "ok", "ran against this host itself");
  return finding(name, "failed", `${failure.error.code}: ${failure.error.message}`);
}
