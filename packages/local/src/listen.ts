import * as z from "zod";

/** Where the API process of one machine listens; port 0 takes a free one. */
export const Listen = z.object({
  HOST: z.string().min(1).default("127.0.0.1"),
  PORT: z.coerce.number().int().min(0).max(65_535),
});
