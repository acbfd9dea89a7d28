import { once } from "node:events";
import { createServer, type AddressInfo, type Server } from "node:net";

import { setLogLevel } from "@netcheck/kernel/log";
import { count } from "@netcheck/kernel/metrics";
import { afterEach, expect, it, vi } from "vitest";

import { METRICS } from "./metric-catalogue.ts";
import { serveMetrics } from "./metrics-page.ts";
import { openStanding } from "./standing.ts";

const HOST = "127.0.0.1";
const { samples } = openStanding();

afterEach(() => {
  vi.restoreAllMocks();
  setLogLevel("CRITICAL");
});

const portOf = (server: Pick<Server, "address">) => (server.address() as AddressInfo).port;

it("[WRK-1] shows every counter from 0 on, and answers nothing else", async () => {
  setLogLevel("CRITICAL");
  const server = await serveMetrics({ host: HOST, port: 0, samples });
  const ask = (path: string, method = "GET") =>
    fetch(`http://${HOST}:${portOf(server)}${path}`, { method });
  const lines = async () => (await (await ask("/metrics")).text()).split("\n");

  expect((await ask("/metrics")).headers.get("content-type")).toContain("version=0.0.4");
  expect(await lines()).toContain("netcheck_worker_malformed_request_total 0");
  expect(await lines()).toContain('netcheck_worker_in_hand{queue="agent_results"} 0');
  count(METRICS.malformedRequest, {});
  expect(await lines()).toContain("netcheck_worker_malformed_request_total 1");

  expect((await ask("/")).status).toBe(404);
  const posted = await ask("/metrics", "POST");
  expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  server.close();
});

it("[WRK-1] a port that is taken is told, and stops nothing", async () => {
  const taken = createServer().listen(0, HOST);
  await once(taken, "listening");
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  setLogLevel("ERROR");
  const server = await serveMetrics({ host: HOST, port: portOf(taken), samples });
  expect(server.listening).toBe(false);
  expect(String(write.mock.lastCall?.[0])).toContain("EADDRINUSE");
  taken.close();
});
