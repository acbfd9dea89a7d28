import type { Ctx } from "@netcheck/kernel/ctx";
import type { Metric, Sample } from "@netcheck/kernel/metric";

import type { Docs } from "./docs-files.ts";

/** What the platform's own routes need beyond the common `Ctx`. */
export type PlatformCtx = Ctx & {
  docs: Docs;
  /** Whether this process is the whole API, so that what it has counted says something. */
  isOneProcess: boolean;
  /** What all contexts show to those who watch. */
  watched: {
    catalogue: () => Promise<readonly Metric[]>;
    measure: (ctx: Ctx) => Promise<readonly Sample[]>;
  };
};
