import type { Scope } from "@netcheck/kernel/ctx";

import type { person } from "./identity.sql.ts";

export type Role = (typeof person.role.enumValues)[number];

/** Every scope there is, in the order in which roles grow. */
export const SCOPES = [
  "checks:read",
  "agents:read",
  "metrics:read",
  "checks:write",
  "agents:write",
  "people:write",
] as const satisfies readonly Scope[];

const OF_ROLE: Record<Role, readonly Scope[]> = {
  viewer: SCOPES.slice(0, 3),
  operator: SCOPES.slice(0, 5),
  admin: SCOPES,
};

/** What a role may do. Roles grow: an admin holds an operator's scopes, an operator a viewer's. */
export function scopesOf(role: Role) {
  return OF_ROLE[role];
}
