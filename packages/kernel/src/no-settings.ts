import * as z from "zod";

/** Of a context that is the same everywhere. */
export const Settings = z.object({});
export const partOf = () => ({});
