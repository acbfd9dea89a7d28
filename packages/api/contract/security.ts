import type { Access, Right } from "@netcheck/kernel/right";

/** The ways in, each of which is enough; a change by cookie needs the token of its session too. */
export function securityOf({ access, orNobody }: Right, method: string) {
  const own = waysIn(access, method === "GET" ? {} : { csrfToken: [] });
  return orNobody ? [...own, {}] : own;
}

function waysIn(access: Access, proof: object) {
  if (access === "public" || access === "anyone") return [];
  if (access === "agent") return [{ agentSecret: [] }];
  const cookie = { cookie: [], ...proof };
  if (access === "session") return [{ accessToken: [] }, cookie];
  const scopes = access === "signed-in" ? [] : [access];
  return [{ accessToken: scopes }, { apiKey: [] }, cookie];
}
