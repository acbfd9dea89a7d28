import { describe } from "vitest";
import * as z from "zod";

import { useCallers } from "../support/callers.ts";
import { itKeepsRights } from "../support/rights.ts";
import { PASSWORD } from "../support/world.ts";

const Token = z.object({ refresh_token: z.string() });

describe("[IDN-36] rights of identity", () => {
  const callers = useCallers(["people:write"]);
  const { as, login, viewer, world } = callers;

  const form = () => ({ grant_type: "password", username: viewer.email, password: PASSWORD });
  const somePerson = async () => ({ id: (await world().personWith("viewer")).id });

  const refreshTokenOfViewer = async () => {
    const body = new URLSearchParams(form());
    const granted = await world().request("/api/v1/auth/token", { method: "POST", body });
    return { json: { refreshToken: Token.parse(await granted.json()).refresh_token } };
  };
  const sessionOfViewer = async () => {
    const { tokens, now } = world().platform;
    return { id: (await tokens.verify(await login(), now())).sid };
  };
  const samePassword = () => ({ json: { currentPassword: PASSWORD, newPassword: PASSWORD } });
  const keyOfViewer = async () => {
    const json = { name: "key", scopes: ["checks:read" as const] };
    return { id: (await (await as("a viewer")["api-keys"].$post({ json })).json()).id };
  };

  itKeepsRights("identity", callers, {
    "POST /api/v1/auth/login": { who: "anyone", make: () => ({ json: viewer }) },
    "POST /api/v1/auth/token": { who: "anyone", make: () => ({ form: form() }) },
    "POST /api/v1/auth/refresh": { who: "anyone", make: refreshTokenOfViewer },
    "POST /api/v1/auth/logout": { who: "anyone", make: refreshTokenOfViewer },
    "POST /api/v1/auth/password": { who: "viewer", make: samePassword },
    "GET /api/v1/auth/sessions": { who: "viewer" },
    "DELETE /api/v1/auth/sessions/:id": {
      who: "viewer",
      whose: "the owner's",
      make: sessionOfViewer,
    },

    "GET /api/v1/users/me": { who: "viewer" },
    "GET /api/v1/users": { who: "admin" },
    "POST /api/v1/users": {
      who: "admin",
      make: () => ({ json: { email: `${crypto.randomUUID()}@example.com` } }),
    },
    "GET /api/v1/users/:id": { who: "admin", make: somePerson },
    "PATCH /api/v1/users/:id": {
      who: "admin",
      make: async () => ({ ...(await somePerson()), json: { role: "operator" } }),
    },
    "DELETE /api/v1/users/:id": { who: "admin", make: somePerson },

    "GET /api/v1/api-keys": { who: "viewer" },
    "POST /api/v1/api-keys": {
      who: "viewer",
      make: () => ({ json: { name: "key", scopes: ["checks:read"] } }),
    },
    "DELETE /api/v1/api-keys/:id": {
      who: "viewer",
      whose: "the owner's or an admin's",
      make: keyOfViewer,
    },

    "GET /api/v1/audit": { who: "admin" },
    "GET /.well-known/jwks.json": { who: "anyone" },
  });
});
