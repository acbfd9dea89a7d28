import { createApp } from "./app.ts";
import { loadRoutes } from "./mounts.ts";
import type { Platform } from "./platform.ts";

const mounts = await loadRoutes();

/** The app of one process that is the whole API. */
export const wholeApp = (platform: Platform) => createApp(platform, mounts);
