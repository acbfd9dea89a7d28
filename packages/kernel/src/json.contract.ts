import * as z from "zod";

/** Whatever JSON can say; `z.json()` would describe JSON itself. */
export const Json = z.unknown() as z.ZodType<z.core.util.JSONType>;
export const JsonObject = z.record(z.string(), Json);

/** A moment, in UTC. */
export const Instant = z.iso.datetime();
