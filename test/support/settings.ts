import { readFileSync } from "node:fs";

import { variables as agentNames } from "@netcheck/agent/option";
import { BrokerSettings } from "@netcheck/agents/settings";
import { Base } from "@netcheck/api/env";
import { settingsOf } from "@netcheck/api/settings";
import { generateTokenKeys } from "@netcheck/identity/token";
import { Listen } from "@netcheck/local/listen";
import { Settings as WorkerSettings } from "@netcheck/worker/env";

/** `.env.example` as it is written, and its lines. */
export const example = readFileSync(".env.example", "utf8");
export const written = [...example.matchAll(/^#?([A-Z][A-Z0-9_]+)=(.*)$/gm)].map(
  ([, name = "", value = ""]) => ({ name, value: value.replace(/^'(.*)'$/, "$1") }),
);

export const PlatformSettings = await settingsOf();
const localNames = [...Object.keys(Listen.shape), "ADMIN_EMAIL", "ADMIN_PASSWORD"];
/** Every setting that is no context's own, and those of agents that only open an adapter. */
export const commonSettings = new Set([
  ...Object.keys(Base.shape),
  ...Object.keys(BrokerSettings.shape),
  ...Object.keys(WorkerSettings.shape),
  ...agentNames,
  ...localNames,
]);
/** Every setting of every program. */
export const allSettings = new Set([...Object.keys(PlatformSettings.shape), ...commonSettings]);

const keys = JSON.stringify(await generateTokenKeys());

/** Settings with which every program would start. */
export const whole = {
  ...Object.fromEntries(written.map(({ name, value }) => [name, value])),
  SQS_ENDPOINT: "http://127.0.0.1:9",
  TOKEN_KEYS: keys,
  REDIS_URL: "http://:token@127.0.0.1:9",
};
