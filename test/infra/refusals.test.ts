import { nearest } from "@netcheck/kernel/nearest";
import { describe, expect, it } from "vitest";

import { errorsOf } from "./graph.ts";
import { evaluate } from "./setup.ts";

/** What a stage says that is given this, instead of declaring itself. */
async function refusal(called: string, given: NodeJS.ProcessEnv) {
  await evaluate("test", given, called);
  return errorsOf(called);
}

describe("a stage", () => {
  it("[KRN-51] names a misspelt setting, and the one that is meant", async () => {
    const said = await refusal("misspelt", {
      NETCHECK_CHECK_RETENTION_DAY: "90",
      NETCHECK_ALARM_MAIL: "watch@example.com",
      // An agent's own, in the shell of whoever deploys.
      NETCHECK_URL: "https://watch.example.com",
    });
    expect(said).toContain("NETCHECK_CHECK_RETENTION_DAY: is NETCHECK_CHECK_RETENTION_DAYS meant?");
    expect(said).toContain("NETCHECK_ALARM_MAIL: is NETCHECK_ALARM_EMAIL meant?");
    expect(said).not.toContain("NETCHECK_URL");
  }, 300_000);

  it("[KRN-51] names even the one that it cannot do without", async () => {
    const given = { NETCHECK_AGENT_AMQP_URL: undefined, NETCHECK_AGENT_AMPQ_URL: "amqps://broker" };
    const said = await refusal("misspelt-needed", given);
    expect(said).toContain("NETCHECK_AGENT_AMPQ_URL: is NETCHECK_AGENT_AMQP_URL meant?");
  }, 300_000);

  it("[KRN-52] is not deployed before its secrets are made, and says how", async () => {
    const said = await refusal("secretless", { WITHOUT_SECRET: "netcheck-test-redis-url" });
    expect(said).toContain("no netcheck-test-redis-url");
    expect(said).toContain("npm run secrets -- --stage test");
  }, 300_000);
});

it.each([
  ["kitten", "sitting"],
  ["sleep", "asleep"],
  ["CHECK_LIMIT_KEYS", "CHECK_LIMIT_KEY"],
])("of many words %s is nearest to %s", (word, expected) => {
  expect(nearest(word, ["standing", "sitting", "asleep", "CHECK_LIMIT_KEY", "CHECK"])).toBe(
    expected,
  );
});
