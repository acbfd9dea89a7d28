import { expect, it } from "vitest";

import { isRefusal } from "./link.ts";

const error = (message: string, code?: number) => Object.assign(new Error(message), { code });

it.each([
  error("Handshake terminated by server: 403 (ACCESS-REFUSED) with message ACCESS_REFUSED"),
  error("Expected ConnectionOpenOk; got <ConnectionClose channel:0>"),
  error("Operation failed: BasicConsume; 404 (NOT-FOUND)", 404),
  error("Channel closed by server: 403 (ACCESS-REFUSED)", 403),
  error("vhost gone", 530),
  error("the broker did not answer"),
])("asks for a new session after %s", (refusal) => expect(isRefusal(refusal)).toBe(true));

it.each([
  error("connect ECONNREFUSED 127.0.0.1:5672"),
  error("Connection closed: 320 (CONNECTION-FORCED)", 320),
  error("Heartbeat timeout"),
  error("Unexpected close"),
])("only connects again after %s", (loss) => expect(isRefusal(loss)).toBe(false));
