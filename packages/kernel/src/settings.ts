import * as z from "zod";

/** `LOG_LEVEL`, the same in every program. */
export const LogLevelSetting = z
  .enum(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"])
  .default("INFO");

/** `PUBLIC_URL`, which more than one context reads. */
export const PublicUrlSetting = z.url({ protocol: /^https?$/ }).meta({
  onAws: "settled",
  description: "Where people and agents reach the platform; also the issuer in its tokens.",
  example: "http://127.0.0.1:8080",
});

/** Reads an environment once; throws one TypeError that names every setting to mend. */
export function readSettings<S extends z.ZodType>(
  schema: S,
  env: Readonly<Record<string, string | undefined>>,
): z.output<S> {
  const parsed = schema.safeParse(env);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map(({ path, message }) => `  ${path.join(".")}: ${message}`);
  throw new TypeError(["These settings need mending:", ...lines].join("\n"));
}
