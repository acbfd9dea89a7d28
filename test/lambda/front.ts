import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";

import * as z from "zod";

import { listening } from "../support/listening.ts";
import { bodyOf, type RunningFunction } from "./function.ts";
import type { Routes } from "./routes.ts";

const Answer = z.object({
  statusCode: z.number(),
  headers: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  cookies: z.array(z.string()).default([]),
  body: z.string().default(""),
  isBase64Encoded: z.boolean().default(false),
});

/** An HTTP API of API Gateway: each request goes to the function of the route that matches it. */
export async function startFront(routes: Routes, functionOf: (name: string) => RunningFunction) {
  const server = createServer((request, response) => {
    respond(request).then(
      ({ statusCode, headers, cookies, body, isBase64Encoded }) => {
        for (const [name, value] of Object.entries(headers))
          response.setHeader(name, String(value));
        if (cookies.length > 0) response.setHeader("set-cookie", cookies);
        response.writeHead(statusCode);
        response.end(isBase64Encoded ? Buffer.from(body, "base64") : body);
      },
      () => {
        // API Gateway tells nobody what the function threw.
        response.writeHead(500, { "content-type": "application/json" });
        response.end('{"message":"Internal Server Error"}');
      },
    );
  });

  async function respond(request: IncomingMessage) {
    const event = eventOf(request, await bodyOf(request));
    const { method, path } = event.requestContext.http;
    const { routeKey, fn } = routes.match(method, path);
    const requestContext = { ...event.requestContext, routeKey };
    return Answer.parse(await functionOf(fn).invoke({ ...event, routeKey, requestContext }));
  }

  return await listening(server);
}

/** Payload format 2.0: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html */
function eventOf(request: IncomingMessage, body: string) {
  const { pathname, search, searchParams } = new URL(request.url ?? "/", "http://front");
  const { cookie, ...rest } = request.headers;
  const headers = Object.entries(rest).map(([name, value]) => [name, [value].flat().join(",")]);
  const query: Record<string, string> = {};
  for (const [name, value] of searchParams)
    query[name] = name in query ? `${query[name]},${value}` : value;
  const isText = /^(text\/|application\/(json|.*\+json))/.test(
    request.headers["content-type"] ?? "",
  );
  const method = request.method ?? "GET";
  return {
    version: "2.0",
    rawPath: decodeURIComponent(pathname),
    rawQueryString: search.slice(1),
    ...(cookie && { cookies: cookie.split("; ") }),
    headers: Object.fromEntries(headers) as Record<string, string>,
    ...(search && { queryStringParameters: query }),
    requestContext: {
      accountId: "123456789012",
      apiId: "abc123",
      domainName: "abc123.execute-api.eu-central-1.amazonaws.com",
      domainPrefix: "abc123",
      http: {
        method,
        path: pathname,
        protocol: "HTTP/1.1",
        sourceIp: "203.0.113.7",
        userAgent: request.headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      stage: "$default",
      time: new Date().toUTCString(),
      timeEpoch: Date.now(),
    },
    ...(body && { body: isText ? body : Buffer.from(body).toString("base64") }),
    isBase64Encoded: body !== "" && !isText,
  };
}
