import type { Netcheck } from "./netcheck.ts";
import { seconds } from "./progress.ts";

const WITHOUT_BROKER = ["postgres", "redis", "sqs", "queues", "database", "enrolment", "api"];

/** When all was ready that needs no broker, of the times that a start's progress has. In milliseconds. */
export function withoutBrokerMs(doneAfterMs: Readonly<Record<string, number>>): number {
  return Math.max(0, ...WITHOUT_BROKER.map((name) => doneAfterMs[name] ?? 0));
}

/** The one line for programs. */
export function jsonLine(netcheck: Pick<Netcheck, "url" | "email" | "password" | "pids">): string {
  const { url, email, password, pids } = netcheck;
  return JSON.stringify({ url, email, password, pids: pids() });
}

/** Where everything is, and what took how long, for people. Times are from the beginning, in milliseconds. */
export function summaryLines(options: {
  netcheck: Pick<Netcheck, "url" | "email" | "password">;
  readyAfterMs: number;
  rabbitmqMs: number | undefined;
  doneAfterMs: Readonly<Record<string, number>>;
  home: string;
}): string[] {
  const { netcheck, home, readyAfterMs, rabbitmqMs, doneAfterMs } = options;
  const { url, email, password } = netcheck;
  return [
    `Netcheck is ready after ${seconds(readyAfterMs)}.`,
    ...(rabbitmqMs === undefined
      ? []
      : [
          `  RabbitMQ answered after ${seconds(rabbitmqMs)}, the rest was ready ${seconds(readyAfterMs - rabbitmqMs)} after it.`,
        ]),
    `  What needs no broker was ready after ${seconds(withoutBrokerMs(doneAfterMs))}.`,
    "",
    `  API       ${url}/api/v1`,
    `  docs      ${url}/docs`,
    `  data      ${home}   (stays when Ctrl-C stops the rest)`,
    `  sign in   POST ${url}/api/v1/auth/login`,
    `  e-mail    ${email}`,
    password === undefined
      ? "  password  as before"
      : `  password  ${password}   (shown this once)`,
  ];
}
