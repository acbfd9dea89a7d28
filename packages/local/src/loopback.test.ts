import { expect, test } from "vitest";

import { reachLoopbackDirectly } from "./loopback.ts";

test("this machine is added to what is reached without a proxy", () => {
  const env: NodeJS.ProcessEnv = { NO_PROXY: "intranet.example" };
  reachLoopbackDirectly(env);
  expect(env).toEqual({
    NO_PROXY: "intranet.example,127.0.0.1,localhost,::1",
    no_proxy: "intranet.example,127.0.0.1,localhost,::1",
  });
});
