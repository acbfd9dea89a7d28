import type { Asked } from "@netcheck/wire/kind";
import { CheckRequest, type CheckType, RequestHead, WIRE_VERSION } from "@netcheck/wire/message";
import { TypedOptions } from "@netcheck/wire/options";
import type * as z from "zod";

const Request = CheckRequest.omit({ port: true, options: true }).and(TypedOptions);

/** How each kind of request is read. */
const READERS = { check: Request } satisfies Record<Asked, z.ZodType>;

const Version = CheckRequest.pick({ v: true });

/** A check this agent can run. */
export type Request = z.output<typeof Request>;

/** The same of one type. */
export type RequestOf<T extends CheckType> = { [K in T]: Extract<Request, { type: K }> }[T];

/** With `unsupported` it was made for a later agent than this one, and can be answered so. */
type Refusal = { refusal: string; unsupported?: RequestHead };

/** Reads a request as it came from the broker, or says in one line why it cannot be run. */
export function readRequest(content: Buffer): { request: Request } | Refusal {
  const json = parseJson(content);
  if (json === undefined) return { refusal: "not JSON" };
  const head = RequestHead.safeParse(json).data;
  if (head && !Object.hasOwn(READERS, head.kind))
    return { refusal: `of a kind that this agent does not know: ${head.kind}`, unsupported: head };
  const parsed = READERS.check.safeParse(json);
  if (parsed.success) return { request: parsed.data };
  if (!Version.safeParse(json).success)
    return { refusal: `not version ${WIRE_VERSION} of the wire` };
  const [issue] = parsed.error.issues;
  return { refusal: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not a request"}` };
}

function parseJson(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString("utf8"));
  } catch {
    return undefined;
  }
}
