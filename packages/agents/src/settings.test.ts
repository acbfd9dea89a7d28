import { describe, expect, it } from "vitest";

import { itReadsSettings } from "../../../test/support/setting-rows.ts";
import { partOf, Settings } from "./settings.ts";

describe("the settings of agents", () => {
  itReadsSettings(
    { Settings, partOf },
    {
      AGENT_AMQP_URL: {
        written: "amqps://broker.example",
        seen: { agentBroker: { host: "broker.example", port: 5671, tls: true } },
        refused: "http://h",
      },
      AMQP_MANAGEMENT_URL: { written: "http://a:b@h", refused: "amqp://h" },
      RMQ_REQUEST_EXCHANGE: { written: "out", refused: "" },
      RMQ_AGENTS_VHOST: { written: "mine", seen: { agentBroker: { vhost: "mine" } }, refused: "" },
      RMQ_RESPONSE_EXCHANGE: {
        written: "back",
        seen: { agentBroker: { responseExchange: "back" } },
        refused: "",
      },
      AGENT_ALLOW: {
        written: "10.0.0.0/8",
        seen: { agentAllow: { length: 1 } },
        refused: "10.0.0.0/33",
      },
      AGENT_HEARTBEAT_INTERVAL_SEC: {
        written: "7",
        seen: { heartbeatIntervalSeconds: 7 },
        refused: "0",
      },
      AGENT_HEARTBEAT_TIMEOUT_SEC: {
        written: "21",
        seen: { heartbeatTimeoutSeconds: 21 },
        refused: "soon",
      },
    },
  );

  it("[AGT-26] an empty AGENT_ALLOW is an answer, and none is none", () => {
    const needed = { AGENT_AMQP_URL: "amqp://broker.example", AMQP_MANAGEMENT_URL: "http://h" };
    const allowed = (given: object) => partOf(Settings.parse({ ...needed, ...given })).agentAllow;
    expect(allowed({ AGENT_ALLOW: "" })).toEqual([]);
    expect(allowed({})).toBeUndefined();
  });
});
