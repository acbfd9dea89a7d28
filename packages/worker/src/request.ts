import { CheckRequested } from "@netcheck/checks/events";
import { envelope } from "@netcheck/kernel/event";
import { type Asked, ASKED } from "@netcheck/wire/kind";
import { type CheckRequest, WIRE_VERSION } from "@netcheck/wire/message";

const CheckBody = envelope(CheckRequested);

/** One message for several agents: the same content under a routing key each. */
export type Request = {
  requestId: string;
  /** What the answers will name. */
  id: string;
  agentIds: string[];
  content: Buffer;
  deadlineAt: number;
};

type Source<Q extends string> = {
  from: Q;
  /** Reads an SQS body; throws if it is no request of this kind. */
  read: (body: string) => Request;
};

/** Where requests of each kind come from. */
export const SOURCES = {
  check: { from: ASKED.check.takenFrom, read: readCheck },
} satisfies { [K in Asked]: Source<(typeof ASKED)[K]["takenFrom"]> };

function readCheck(body: string): Request {
  const { requestId, data } = CheckBody.parse(JSON.parse(body));
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
    id: checkId,
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
