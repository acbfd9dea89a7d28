import { type Role, ROLES } from "@netcheck/kernel/role";
import { HELD_FROM, type Scope, SCOPES } from "@netcheck/kernel/scope";

const OF_ROLE: Record<Role, readonly Scope[]> = {
  viewer: upTo("viewer"),
  operator: upTo("operator"),
  admin: upTo("admin"),
};

/** What a role may do. Roles grow: an admin holds an operator's scopes, an operator a viewer's. */
export function scopesOf(role: Role) {
  return OF_ROLE[role];
}

function upTo(role: Role) {
  const rank = ROLES.indexOf(role);
  return SCOPES.filter((scope) => ROLES.indexOf(HELD_FROM[scope]) <= rank);
}
