import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { parseAllowList } from "@netcheck/wire/address";
import { HttpOptions } from "@netcheck/wire/options";

import { finding, type Finding } from "./finding.ts";
import { probeHttp } from "./probe-http.ts";
import { probeTcp } from "./probe-tcp.ts";
import type { Outcome, ProbeContext } from "./probe.ts";
import { messageOf } from "./text.ts";
import { CAPABILITIES } from "./version.ts";

const LIMIT_MS = 5_000;
const HOST = "127.0.0.1";

type Trial = (port: number, context: ProbeContext) => Promise<Outcome>;

/** Types that can be tried against a server of our own. */
const TRIALS: Record<string, Trial> = {
  http: (port, context) => probeHttp(HOST, port, HttpOptions.parse({}), context),
  tcp: (port, context) => probeTcp(HOST, port, context),
};

/** Runs the types against a server on loopback; those that need more say whether they are offered. */
export async function typeFindings(): Promise<Finding[]> {
  const server = createServer((_request, response) => void response.end("ok"));
  server.on("error", () => undefined);
  server.listen(0, HOST);
  try {
    await once(server, "listening", { signal: AbortSignal.timeout(LIMIT_MS) });
    const { port } = server.address() as AddressInfo;
    return await Promise.all(CAPABILITIES.map((type) => tryType(type, port)));
  } catch (error) {
    return [finding("types", "failed", `nothing can listen on loopback: ${messageOf(error)}`)];
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function tryType(type: string, port: number) {
  const name = `type ${type}`;
  const trial = TRIALS[type];
  if (!trial) return finding(name, "ok", "offered");
  const context = { allow: parseAllowList(HOST), signal: AbortSignal.timeout(LIMIT_MS) };
  const { failure } = await trial(port, context);
  if (!failure) return finding(name, "ok", "ran against this host itself");
  return finding(name, "failed", `${failure.error.code}: ${failure.error.message}`);
}
