import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { parseAllowList } from "@netcheck/wire/address";
import { CheckType } from "@netcheck/wire/message";
import { HttpOptions } from "@netcheck/wire/options";

import { finding, type Finding } from "./finding.ts";
import { probeHttp } from "./probe-http.ts";
import { probeTcp } from "./probe-tcp.ts";
import type { Outcome, ProbeContext } from "./probe.ts";
import { messageOf } from "./text.ts";

const LIMIT_MS = 5_000;
const HOST = "127.0.0.1";

type Trial = (port: number, context: ProbeContext) => Promise<Outcome>;

/** Types that can be tried against a server of our own. */
const TRIALS: Record<string, Trial> = {
  http: (port, context) => probeHttp(HOST, port, HttpOptions.parse({}), context),
  tcp: (port, context) => probeTcp(HOST, port, context),
};

/** Offered only after such a trial. */
const TRIED: Record<string, string> = { ping: "got a reply from this host itself" };

/** What a host must have for a type that not every host can run. */
const NEEDS: Record<string, string> = {
  ping: "needs the system's ping, and a net.ipv4.ping_group_range that covers this group",
};

/** Runs the offered types against a server on loopback where that can be, and names those not offered. */
export async function typeFindings(offered: readonly string[]): Promise<Finding[]> {
  const lacking = CheckType.options.filter((type) => !offered.includes(type));
  return [
    ...(await tryAll(offered)),
    ...lacking.map((type) =>
      finding(`type ${type}`, "warning", `not offered: ${NEEDS[type] ?? "it does not work here"}`),
    ),
  ];
}

async function tryAll(offered: readonly string[]) {
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

async function tryType(type: string, port: number) {
  const name = `type ${type}`;
  const trial = TRIALS[type];
  if (!trial) return finding(name, "ok", TRIED[type] ?? "offered");
  const context = { allow: parseAllowList(HOST), signal: AbortSignal.timeout(LIMIT_MS) };
  const { failure } = await trial(port, context);
  if (!failure) return finding(name, "ok", "ran against this host itself");
  return finding(name, "failed", `${failure.error.code}: ${failure.error.message}`);
}
