import { expect, test } from "vitest";

import { jsonLine, summaryLines, withoutBrokerMs } from "./summary.ts";

const doneAfterMs = { postgres: 900, api: 2_400, rabbitmq: 6_100, agents: 7_300 };
const account = { url: "http://127.0.0.1:8080", email: "admin@example.com" };

test("what needs the broker does not count for what needs none", () => {
  expect(withoutBrokerMs(doneAfterMs)).toBe(2_400);
  expect(withoutBrokerMs({})).toBe(0);
});

test("people read where the docs, the data and the sign-in are, what took how long, and the password only when it is new", () => {
  const options = { home: "/srv/home", readyAfterMs: 7_500, rabbitmqMs: 6_000, doneAfterMs };
  const made = summaryLines({ ...options, netcheck: { ...account, password: "secret" } }).join(
    "\n",
  );
  expect(made).toContain(
    "ready after 7.5 s.\n  RabbitMQ answered after 6.0 s, the rest was ready 1.5 s after it.",
  );
  expect(made).toContain("docs      http://127.0.0.1:8080/docs");
  expect(made).toContain("data      /srv/home   (stays when Ctrl-C stops the rest)");
  expect(made).toContain("POST http://127.0.0.1:8080/api/v1/auth/login");
  expect(made).toContain("password  secret   (shown this once)");
  expect(summaryLines({ ...options, netcheck: account }).at(-1)).toBe("  password  as before");
});

test("programs read one line, with the password only when it is new", () => {
  const pids = { api: 1, worker: 2, agents: [3, 4], postgres: 5, redis: 6, rabbitmq: null, sqs: 7 };
  const line = jsonLine({ ...account, pids: () => pids });
  expect(JSON.parse(line)).toEqual({ ...account, pids });
  expect(line).not.toContain("\n");
});
