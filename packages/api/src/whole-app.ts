import { createApp } from "./app.ts";
import type { Platform } from "./ctx-for.ts";
import { loadRoutes } from "./load-routes.ts";

const mounts = await loadRoutes();

/** The app of one process that is the whole API. */
export const wholeApp = (platform: Platform) => createApp(platform, mounts);
