import { installPlatform } from "../infra/platform.ts";
import { evaluate } from "../infra/setup.ts";

/** The bundles of one stage, as its evaluation builds them. */
export default async function setup() {
  await installPlatform();
  await evaluate("test");
}
