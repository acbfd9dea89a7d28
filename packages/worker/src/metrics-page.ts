import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

import { EXPOSITION_TYPE, expositionOf } from "@netcheck/kernel/exposition";
import { log } from "@netcheck/kernel/log";
import type { Sample } from "@netcheck/kernel/metric";
import { processSamples } from "@netcheck/kernel/metrics";

import { METRICS } from "./metric-catalogue.ts";

const CATALOGUE = Object.values(METRICS);

type Options = { host: string; port: number; samples: () => readonly Sample[] };

/** Serves `GET /metrics` and nothing else. A port that cannot be had is told, and stops no message. */
export async function serveMetrics({ host, port, samples }: Options) {
  const server = createServer((request, response) => {
    answer(request, response, () => expositionOf(CATALOGUE, [...samples(), ...counted()]));
  });
  server.listen(port, host);
  try {
    await once(server, "listening");
    log.info("metrics are shown", { address: server.address() });
  } catch (error) {
    log.error("metrics are not shown", { host, port, error });
  }
  server.on("error", (error) => log.warn("the metrics' server failed", { error }));
  return server.unref();
}

const counted = () => processSamples(CATALOGUE);

function answer({ method, url }: IncomingMessage, response: ServerResponse, page: () => string) {
  response.setHeader("cache-control", "no-store");
  if (url !== "/metrics") return response.writeHead(404).end();
  if (method !== "GET" && method !== "HEAD")
    return response.writeHead(405, { allow: "GET, HEAD" }).end();
  return response.writeHead(200, { "content-type": EXPOSITION_TYPE }).end(page());
}
