import { randomUUID } from "node:crypto";

import { CheckResponse, type CheckType, WIRE_VERSION } from "@netcheck/wire/message";

import { startProgram } from "./program.ts";

export type Asked = { port?: number; timeoutMs?: number; deadlineMs?: number } & Record<
  string,
  unknown
>;

export type LookingAgent = {
  check(type: CheckType, target: string, asked?: Asked): Promise<CheckResponse>;
  stop(): Promise<void>;
};

const DEADLINE_MS = 20_000;

/** An agent of the lab: it runs requests as the wire has them, at its site. */
export async function startAgent(
  at: string[],
  allow: string,
  user = "root",
): Promise<LookingAgent> {
  const program = await startProgram(at, "./agent-program.ts", allow, user);
  const waiting = new Map<string, (response: CheckResponse) => void>();
  program.lines.on("line", (line) => {
    const response = CheckResponse.parse(JSON.parse(line));
    waiting.get(response.id)?.(response);
    waiting.delete(response.id);
  });
  return {
    check: (type, target, { port, deadlineMs = DEADLINE_MS, ...options } = {}) => {
      const id = randomUUID();
      const deadlineAt = new Date(Date.now() + deadlineMs).toISOString();
      const given = { timeoutMs: 3_000, ...options };
      const request = { v: WIRE_VERSION, id, type, target, port, options: given, deadlineAt };
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        program.write(JSON.stringify(request));
      });
    },
    stop: program.stop,
  };
}
