import { identity } from "@netcheck/identity/context";
import { log } from "@netcheck/kernel/log";
import type { Context } from "aws-lambda";
import { type APIGatewayProxyResult, getConnInfo, handle, type LambdaEvent } from "hono/aws-lambda";

import type { AnyContext } from "./contexts.ts";
import type { Platform } from "./ctx-for.ts";
import { markDue } from "./due-mark.ts";
import { lambdaPlatform, ownContexts } from "./lambda-platform.ts";
import { loadRoutes } from "./load-routes.ts";

type HttpEvent = Extract<LambdaEvent, { requestContext: { http: unknown } }>;

const READING = new Set(["GET", "HEAD", "OPTIONS"]);

const contexts = ownContexts(process.env);
// Who asks is identity's to say, whoever's function it is.
const opened = lambdaPlatform(process.env, [...new Set<AnyContext>([...contexts, identity])]);
// The processor is free of charge and fast until the first event; who needs it hears of a failure.
opened().catch(() => undefined);
// After the secrets, which are on their way meanwhile.
const app = Promise.all([import("./app.ts"), loadRoutes(contexts)]);
app.catch(() => undefined);

/** Lambda handler of a context's part of the HTTP API (payload format 2.0). Never throws. */
export async function handler(event: HttpEvent, context: Context): Promise<APIGatewayProxyResult> {
  try {
    const { platform } = await opened();
    const marking = READING.has(event.requestContext.http.method) ? undefined : mark(platform);
    const answer = await answererOf(platform);
    const response = await answer(event, context);
    await marking;
    return response;
  } catch (error) {
    const requestId = context.awsRequestId;
    log.error("the platform cannot be opened", { error, requestId });
    return unavailable(requestId);
  }
}

const remoteAddress: Platform["remoteAddress"] = (c) => getConnInfo(c).remote.address;
const answerers = new WeakMap<Platform, ReturnType<typeof handle>>();

async function answererOf(platform: Platform) {
  const [{ createApp }, mounts] = await app;
  const answer =
    answerers.get(platform) ?? handle(createApp({ ...platform, remoteAddress }, mounts));
  answerers.set(platform, answer);
  return answer;
}

async function mark({ redis, now }: Platform) {
  try {
    await markDue(redis, now());
  } catch (error) {
    log.warn("a write was not marked; the daily round looks at everything", { error });
  }
}

function unavailable(requestId: string): APIGatewayProxyResult {
  const type = "application/problem+json";
  return {
    statusCode: 503,
    isBase64Encoded: false,
    headers: { "content-type": type, "retry-after": "5", "x-request-id": requestId },
    body: JSON.stringify({
      type: "/problems/platform.not_ready",
      title: "unavailable",
      status: 503,
      detail: "The platform is not ready.",
    }),
  };
}
