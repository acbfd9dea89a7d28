import { Fault, notFound } from "@netcheck/kernel/fault";
import { METHOD_NAME_ALL, type Router } from "hono/router";
import type { RouterRoute } from "hono/types";

type Routed = { router: Router<[unknown, RouterRoute]>; routes: readonly RouterRoute[] };

/** Why nothing answers: the path takes other methods (RFC 9110, 15.5.6), or is none of ours. */
export function unrouted({ router, routes }: Routed, path: string) {
  const methods = new Set(
    routes.map(({ method }) => method).filter((one) => one !== METHOD_NAME_ALL),
  );
  const answers = (method: string) =>
    router.match(method, path)[0].some(([[, route]]) => route.method === method);
  const taken = [...methods].filter(answers);
  if (taken.length === 0) return notFound("page");
  const head = taken.includes("GET") ? ["HEAD"] : [];
  const allow = [...taken, ...head, "OPTIONS"].toSorted().join(", ");
  const detail = `This path takes ${allow}.`;
  return new Fault("method_not_allowed", "request.method_not_allowed", detail, {
    headers: { allow },
  });
}
