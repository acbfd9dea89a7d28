import { FAILURES } from "@netcheck/wire/failure";
import { ENDED_BY, TRY_OUTCOMES } from "@netcheck/wire/result-word";
import * as z from "zod";

import { Ms, resolvedAddress } from "./check-type.contract.ts";

/** Codes of this version, of which agents of another may say others. */
export function oneOf(codes: object, means: string) {
  return z
    .string()
    .describe(`${means} One of ${Object.keys(codes).join(", ")}; others may follow.`);
}

const EndedBy = oneOf(ENDED_BY, "The rule of ours that ended the check.").meta({ id: "EndedBy" });
export const endedBy = EndedBy.nullable()
  .optional()
  .describe("Null where the target or the resolver had the last word.");

export const Tried = z
  .looseObject({
    address: z.string(),
    outcome: oneOf(TRY_OUTCOMES, "How it ended."),
    ms: Ms.describe("Until it ended; null where nothing was sent."),
    message: z.string().optional(),
  })
  .describe("An address of the host, tried or not.")
  .meta({ id: "Tried" });

export const tried = z
  .array(Tried)
  .optional()
  .describe("Every address of the host, in the order in which they were tried.");

export const Remark = z
  .looseObject({ code: z.string(), message: z.string() })
  .describe("What is wrong with an answer that was read all the same. `message` is for people.")
  .meta({ id: "Remark" });

export const remarks = z
  .array(Remark)
  .optional()
  .describe("What is wrong with the answer; it changes no verdict.");

export const StepFailure = z
  .looseObject({
    failureSource: z.string().describe("Whose fault it is."),
    failedPhase: oneOf(FAILURES, "How far it came."),
    error: z.looseObject({ code: z.string(), message: z.string() }),
  })
  .describe("What stood in the way of a step.")
  .meta({ id: "StepFailure" });

/** What every step that connects says. */
export const connection = {
  tried,
  resolvedAddress: resolvedAddress.describe("The address that was used, or else the first."),
};

export const failure = StepFailure.optional().describe("Only where the step failed.");
