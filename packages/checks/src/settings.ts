import { NetworksSetting } from "@netcheck/wire/address-setting";
import * as z from "zod";

/** At least what one check may ask, or none could pass. */
const AgentsAMinute = z.coerce.number().int().min(100).max(1_000_000);

/** Settings of checks, named as in the environment. */
export const Settings = z.object({
  NETCHECK_ALLOW: NetworksSetting.default([]).meta({
    description:
      "Special networks that targets may be in, as 10.0.0.0/8,::1; an agent has a list of its own under the same name, for what it dials. Empty: public addresses only.",
  }),
  CHECK_RETENTION_DAYS: z.coerce.number().int().min(1).max(3_650).default(30).meta({
    description: "How many whole days checks are kept.",
  }),
  CHECK_LIMIT_PERSON: AgentsAMinute.default(6_000).meta({
    description:
      "How many agents one person may ask in a minute, with all keys (100 to 1000000, as the three below).",
  }),
  CHECK_LIMIT_KEY: AgentsAMinute.default(3_000).meta({
    description: "How many with one API key.",
  }),
  CHECK_LIMIT_ADDRESS: AgentsAMinute.default(12_000).meta({
    description: "How many from one address.",
  }),
  CHECK_LIMIT_TARGET: AgentsAMinute.default(6_000).meta({
    description: "How many of one target, by everybody together.",
  }),
  ANONYMOUS_CHECKS: z
    .enum(["off", "on"])
    .default("off")
    .transform((text) => text === "on")
    .meta({
      description:
        "on: people may check without signing in, five agents at a time, by place only, and read such checks.",
    }),
  CHECK_LIMIT_ANONYMOUS: z.coerce.number().int().min(5).max(1_000_000).default(20).meta({
    description: "How many agents they may ask in a minute from one address, of IPv6 from its /64.",
  }),
});

/** What the verbs of checks see of them. */
export function partOf(settings: z.output<typeof Settings>) {
  return {
    targetAllow: settings.NETCHECK_ALLOW,
    anonymousChecks: settings.ANONYMOUS_CHECKS,
    checkQuotas: {
      person: settings.CHECK_LIMIT_PERSON,
      key: settings.CHECK_LIMIT_KEY,
      address: settings.CHECK_LIMIT_ADDRESS,
      anonymous: settings.CHECK_LIMIT_ANONYMOUS,
      target: settings.CHECK_LIMIT_TARGET,
    },
    checkRetentionDays: settings.CHECK_RETENTION_DAYS,
  };
}
