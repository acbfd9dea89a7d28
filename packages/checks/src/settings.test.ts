import { describe } from "vitest";

import { itReadsSettings } from "../../../test/support/setting-rows.ts";
import { partOf, Settings } from "./settings.ts";

const quota = (of: string, refused: string) => ({
  written: "777",
  seen: { checkQuotas: { [of]: 777 } },
  refused,
});

describe("the settings of checks", () => {
  itReadsSettings(
    { Settings, partOf },
    {
      NETCHECK_ALLOW: {
        written: "10.0.0.0/8,::1",
        seen: { targetAllow: { length: 2 } },
        refused: "10.0.0.0/40",
      },
      CHECK_RETENTION_DAYS: { written: "2", seen: { checkRetentionDays: 2 }, refused: "0" },
      CHECK_LIMIT_PERSON: quota("person", "99"),
      CHECK_LIMIT_KEY: quota("key", "many"),
      CHECK_LIMIT_ADDRESS: quota("address", "-1"),
      CHECK_LIMIT_TARGET: quota("target", "0"),
      CHECK_LIMIT_ANONYMOUS: quota("anonymous", "4"),
      ANONYMOUS_CHECKS: { written: "on", seen: { anonymousChecks: true }, refused: "yes" },
    },
  );
});
