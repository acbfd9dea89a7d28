import type { IdentityCtx } from "./ctx.ts";

/** Covers refresh and logout, and is sent nowhere else. */
const AUTH_PATH = "/api/v1/auth";

/** Names and attributes of the two cookies (RFC 6265bis, 4.1.3: the prefixes need `Secure`). */
export function cookiesOf({ secureCookies: secure }: Pick<IdentityCtx, "secureCookies">) {
  const common = { httpOnly: true, sameSite: "Strict", secure } as const;
  return {
    access: {
      name: secure ? "__Host-netcheck_access" : "netcheck_access",
      attributes: { ...common, path: "/" },
    },
    refresh: {
      name: secure ? "__Secure-netcheck_refresh" : "netcheck_refresh",
      attributes: { ...common, path: AUTH_PATH },
    },
  };
}
