import { Settings as WorkerSettings } from "@netcheck/worker/env";
import * as z from "zod";

import { ALL } from "../src/contexts.ts";
import { settingsOf } from "../src/settings.ts";
import { type ShownSetting, shownSettings } from "../src/shown-settings.ts";

/** What a stage keeps in Secrets Manager. */
export type StageSecret = {
  /** Which it becomes. */
  setting: string;
  /** After the stage's prefix. */
  name: string;
  description: string;
  schema: z.ZodType;
};

/** Those of the functions, and the worker's. */
export async function stageSecrets(): Promise<StageSecret[]> {
  const { shape } = await settingsOf();
  const shown = [...(await shownSettings([])), ...(await shownSettings(ALL))];
  const ofFunctions = shown.filter(({ onAws }) => onAws === "secret");
  return [
    ...ofFunctions.map((one) => stageSecret(one, z.instanceof(z.ZodType).parse(shape[one.name]))),
    stageSecret(WORKER, WorkerSettings.shape.AMQP_URL),
  ];
}

const WORKER = {
  name: "AMQP_URL",
  description:
    "amqps:// with the account that the worker connects as, and the agents' virtual host.",
};

function stageSecret(
  { name: setting, description }: Pick<ShownSetting, "name" | "description">,
  schema: z.ZodType,
): StageSecret {
  return { setting, name: setting.toLowerCase().replaceAll("_", "-"), description, schema };
}
