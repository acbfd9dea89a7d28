import { JsonObject } from "@netcheck/kernel/json.contract";
import { CheckType } from "@netcheck/wire/message";
import * as z from "zod";

import type { CheckTypeContract } from "./check-type.contract.ts";
import type { TYPES } from "./check-types.ts";

type Contract = CheckTypeContract<(typeof TYPES)[CheckType]>;

/** What each type says of itself, beside itself. */
const [first, ...others] = await Promise.all(
  CheckType.options.map(async (type) => {
    const { contract } = (await import(`./${type}-check.contract.ts`)) as { contract: Contract };
    return contract;
  }),
);
if (!first) throw new Error("There is no type of check.");
const all = [first, ...others];

/** What the validator reads in two steps, in one: the options of each type beside the type. */
export const StartCheck = z
  .discriminatedUnion("type", [first.Asked, ...others.map(({ Asked }) => Asked)])
  .meta({ id: "StartCheck" });

/** An agent's own words, kept as they came: what ours say of each type, and whatever others do. */
export const Result = z
  .union([...all.map((one) => one.Result), JsonObject])
  .describe(
    "Milliseconds. What is not known is null or left out; agents may say more.",
  ) as z.ZodType<z.output<typeof JsonObject>>;

/** Nothing but counts is common to all types. */
export const Summary = z
  .union([...new Set(all.map((one) => one.Summary))])
  .describe("Of the answers that came in time.");
