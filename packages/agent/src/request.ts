import { CheckRequest, WIRE_VERSION } from "@netcheck/wire/message";
import { DnsOptions, HttpOptions, PingOptions, TcpOptions } from "@netcheck/wire/options";
import * as z from "zod";

// The platform's schemas are strict for its callers; on the wire unknown fields are ignored.
const Request = z.discriminatedUnion("type", [
  CheckRequest.extend({ type: z.literal("http"), options: HttpOptions.strip() }),
  CheckRequest.extend({ type: z.literal("tcp"), port: z.int(), options: TcpOptions.strip() }),
  CheckRequest.extend({
    type: z.literal("dns"),
    port: z.int().min(1).max(65_535).default(53),
    options: DnsOptions.strip(),
  }),
  CheckRequest.extend({ type: z.literal("ping"), options: PingOptions.strip() }),
]);

const Version = CheckRequest.pick({ v: true });

/** A check this agent can run. */
export type Request = z.output<typeof Request>;

/** Reads a request as it came from the broker, or says in one line why it cannot be run. */
export function readRequest(content: Buffer): { request: Request } | { refusal: string } {
  const json = parseJson(content);
  if (json === undefined) return { refusal: "not JSON" };
  const parsed = Request.safeParse(json);
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
