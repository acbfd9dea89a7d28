import * as z from "zod";

import { parseAllowList } from "./address.ts";

/** A setting that lists addresses and CIDRs, comma-separated. */
export const NetworksSetting = z.string().transform((text, issues) => {
  try {
    return parseAllowList(text);
  } catch (error) {
    issues.addIssue(error instanceof Error ? error.message : String(error));
    return z.NEVER;
  }
});
