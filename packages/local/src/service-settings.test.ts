import { expect, test } from "vitest";

import { withoutAccount } from "./service-settings.ts";

test("agents are told of the broker without the platform's account and vhost", () => {
  expect(withoutAccount("amqps://platform:p%40ss@broker.example:5671/agents_vhost")).toBe(
    "amqps://broker.example:5671",
  );
});
