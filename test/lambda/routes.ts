import * as z from "zod";

import type { Graph } from "../infra/graph.ts";

const Route = z.object({ routeKey: z.string(), target: z.string() });
const Integration = z.object({ integrationUri: z.string() });

type Found = { routeKey: string; fn: string };

/**
 * The routes of the evaluated API, each with the name of its function. The whole path wins over one that
 * begins so, the longest of these first, a method over ANY, and `$default` takes what is left:
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function routesOf(graph: Graph) {
  const functions = new Map(
    graph
      .all("aws:apigatewayv2/integration:Integration", Integration)
      .map(({ logical, integrationUri }) => [
        `integrations/${logical}-id`,
        integrationUri.split(":").at(-1) ?? "",
      ]),
  );
  const all = graph
    .all("aws:apigatewayv2/route:Route", Route)
    .map(({ routeKey, target }) => ({ routeKey, fn: functions.get(target) ?? "" }))
    .toSorted((a, b) => rank(b).localeCompare(rank(a)));
  return {
    all,
    match(method: string, path: string): Found {
      const found = all.find(({ routeKey }) => matches(routeKey, method, path));
      if (!found) throw new Error(`No route takes ${method} ${path}.`);
      return found;
    },
  };
}

export type Routes = ReturnType<typeof routesOf>;

function rank({ routeKey }: Found) {
  if (routeKey === "$default") return "";
  const [method = "", path = ""] = routeKey.split(" ");
  const isWhole = !path.endsWith("{proxy+}");
  return [isWhole ? 2 : 1, String(path.length).padStart(4, "0"), method === "ANY" ? 0 : 1].join();
}

function matches(routeKey: string, method: string, path: string) {
  if (routeKey === "$default") return true;
  const [taken = "", pattern = ""] = routeKey.split(" ");
  if (taken !== "ANY" && taken !== method) return false;
  const begins = pattern.replace("{proxy+}", "");
  return begins === pattern ? path === pattern : path.startsWith(begins) && path !== begins;
}
