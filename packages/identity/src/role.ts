import type { Scope } from "@netcheck/kernel/ctx";

import type { person } from "./identity.sql.ts";

export type Role = (typeof person.role.enumValues)[number];

const VIEWER: readonly Scope[] = ["checks:read", "agents:read"];
const OPERATOR: readonly Scope[] = [...VIEWER, "checks:write", "agents:write"];
const ADMIN: readonly Scope[] = [...OPERATOR, "people:write"];

const SCOPES: Record<Role, readonly Scope[]> = { viewer: VIEWER, operator: OPERATOR, admin: ADMIN };

/** What a role may do. Roles grow: an admin holds an operator's scopes, an operator a viewer's. */
export function scopesOf(role: Role) {
  return SCOPES[role];
}
