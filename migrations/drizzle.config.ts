import { defineConfig } from "drizzle-kit";

/** `npx drizzle-kit generate --config migrations/drizzle.config.ts --name what_changed` */
export default defineConfig({
  dialect: "postgresql",
  casing: "snake_case",
  schema: "packages/*/src/*.sql.ts",
  out: "migrations",
});
