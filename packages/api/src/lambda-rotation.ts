import { secretVersions } from "@netcheck/adapters/secret-versions";
import { log } from "@netcheck/kernel/log";
import { readSettings } from "@netcheck/kernel/settings";
import * as z from "zod";

import { rotatedBrokerAdmin } from "./rotated-broker-admin.ts";
import { rotatedKeys } from "./rotated-keys.ts";
import { rotate, type Rotation, RotationStep } from "./rotation.ts";

const { SECRET_ARN } = readSettings(z.object({ SECRET_ARN: z.string().min(1) }), process.env);
const versions = secretVersions(SECRET_ARN);

/** Lambda handlers that Secrets Manager calls. A step that throws is called again, and alarms. */
export const tokenKeys = (event: unknown) => step(event, rotatedKeys);
export const brokerAdmin = (event: unknown) => step(event, rotatedBrokerAdmin);

async function step(event: unknown, rotation: Rotation) {
  const parsed = RotationStep.parse(event);
  if (parsed.SecretId !== SECRET_ARN) throw new Error("This function rotates another secret.");
  await rotate(parsed, versions, rotation);
  log.info("rotated", { step: parsed.Step, version: parsed.ClientRequestToken });
}
