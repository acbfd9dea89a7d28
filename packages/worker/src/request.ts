import { CheckRequested } from "@netcheck/checks/events";
import { envelope } from "@netcheck/kernel/event";
import { type CheckRequest, WIRE_VERSION } from "@netcheck/wire/message";

/** The SQS body of `check-requests`. */
const Body = envelope(CheckRequested);

/** One message for several agents: the same content under a routing key each. */
export type Request = {
  requestId: string;
  checkId: string;
  agentIds: string[];
  content: Buffer;
  deadlineAt: number;
};

/** Reads an SQS body; throws if it is not a request for a check. */
export function readRequest(body: string): Request {
  const { requestId, data } = Body.parse(JSON.parse(body));
  const { checkId, type, target, port, options, deadlineAt, agentIds } = data;
  const request = {
    v: WIRE_VERSION,
    id: checkId,
    kind: "check",
    type,
    target,
    port,
    options,
    deadlineAt,
  } satisfies CheckRequest;
  return {
    requestId,
    checkId,
    agentIds,
    content: Buffer.from(JSON.stringify(request)),
    deadlineAt: Date.parse(deadlineAt),
  };
}

/** Time to live in whole milliseconds, as AMQP wants it, or undefined once the deadline has passed. */
export function expirationOf({ deadlineAt }: Pick<Request, "deadlineAt">, now: Date) {
  const ms = Math.floor(deadlineAt - now.getTime());
  return ms >= 1 ? ms : undefined;
}
