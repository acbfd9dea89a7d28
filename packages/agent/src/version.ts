import manifest from "../package.json" with { type: "json" };

/** What this agent says it is, when it registers, beats and asks over HTTP. */
export const VERSION = manifest.version;
