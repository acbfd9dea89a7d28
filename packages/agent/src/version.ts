import manifest from "../package.json" with { type: "json" };

/** What this agent says it is, when it registers, beats and asks over HTTP. */
export const VERSION = manifest.version;

/** Types that run wherever this program does; what else this host can do is for `findCapabilities`. */
export const CAPABILITIES = ["http", "tcp", "dns"];
