import type { Platform } from "@netcheck/api/ctx-for";
import { openDocs } from "@netcheck/api/docs-files";
import { SOURCES } from "@netcheck/api/docs-sources";
import { wholeApp } from "@netcheck/api/whole-app";
import type { ValidateFunction } from "ajv";
import formats from "ajv-formats";
import { Ajv2020 } from "ajv/dist/2020.js";
import * as z from "zod";

type Json = Record<string, unknown>;

const Media = z.object({ schema: z.record(z.string(), z.unknown()) });
const Header = z.object({ $ref: z.string() });
const Answer = z.object({
  headers: z.record(z.string(), Header).default({}),
  content: z.record(z.string(), Media).default({}),
});
const Described = z.object({ responses: z.record(z.string(), z.record(z.string(), z.unknown())) });
const Document = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), Described)),
  components: z.looseObject({
    responses: z.record(z.string(), Answer),
    headers: z.record(z.string(), z.object({ required: z.boolean().default(false) })),
  }),
});

const document = Document.parse(closed(JSON.parse(await openDocs(SOURCES).document())));
const { headers, responses } = document.components;

const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema({ ...document, $id: "openapi" });

const routes = Object.entries(document.paths).map(([path, operations]) => ({
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+").replaceAll(".", String.raw`\.`)}$`),
  isExact: !path.includes("{"),
  operations,
}));

/** The app, every answer of which is held against `openapi.json`: what that does not say fails the test. */
export function describedApp(platform: Platform) {
  const app = wholeApp(platform);
  const fetch = async (asked: Request, env?: object) => {
    const response = await app.fetch(asked, env);
    const { pathname } = new URL(asked.url);
    const faults = await faultsOf(asked.method, pathname, response.clone());
    if (faults.length === 0) return response;
    throw new Error(`${asked.method} ${pathname} ${response.status}\n${faults.join("\n")}`);
  };
  const request = (input: string | URL | Request, init?: RequestInit) =>
    fetch(new Request(input instanceof Request ? input : new URL(input, "http://localhost"), init));
  return { routes: app.routes, fetch, request };
}

/** In what an answer differs from what is written of its operation. */
export async function faultsOf(method: string, path: string, response: Response) {
  if (method === "OPTIONS" || method === "HEAD") return [];
  const body = await response.text();
  const described = operationOf(method, path);
  if (!described) return unroutedFaults(path, response, body);
  const written = described.responses[response.status];
  if (!written) return [`status ${response.status} is not described: ${body.slice(0, 300)}`];
  return answerFaults(answerOf(written), response, body);
}

/** What no operation answers: the path takes other methods, or is none of ours. */
function unroutedFaults(path: string, response: Response, body: string) {
  const isKnown = routes.some(({ pattern }) => pattern.test(path));
  const wrongMethod = responses["request.method_not_allowed"];
  if (isKnown && wrongMethod) return answerFaults(wrongMethod, response, body);
  return response.status === 404 ? [] : ["is not described"];
}

function answerFaults(answer: z.output<typeof Answer>, response: Response, body: string) {
  return [...headerFaults(answer, response.headers), ...bodyFaults(answer, response, body)];
}

function operationOf(method: string, path: string) {
  const [found] = routes
    .filter(({ pattern, operations }) => pattern.test(path) && method.toLowerCase() in operations)
    .toSorted((a, b) => Number(b.isExact) - Number(a.isExact));
  return found?.operations[method.toLowerCase()];
}

function answerOf(written: Json) {
  const { $ref: ref } = written;
  const shared = typeof ref === "string" ? responses[ref.split("/").at(-1) ?? ""] : undefined;
  return shared ?? Answer.parse(written);
}

function headerFaults(answer: z.output<typeof Answer>, sent: Headers) {
  const missing = Object.keys(answer.headers).filter(
    (name) => headers[name]?.required && !sent.has(name),
  );
  const extra = Object.keys(headers)
    .filter((name) => name !== "cache-control")
    .filter((name) => sent.has(name) && !(name in answer.headers));
  return [
    ...missing.map((name) => `header ${name} is missing`),
    ...extra.map((name) => `header ${name} is not described`),
  ];
}

function bodyFaults(answer: z.output<typeof Answer>, response: Response, body: string) {
  const [type = ""] = (response.headers.get("content-type") ?? "").split(";");
  const media = answer.content[type];
  if (body === "") return Object.keys(answer.content).length > 0 ? ["has no body"] : [];
  if (!media) return [`content type "${type}" is not described`];
  if (!type.endsWith("json")) return [];
  const validate = validatorOf(media.schema);
  if (validate(JSON.parse(body))) return [];
  const errors = (validate.errors ?? []).map(
    (error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
  );
  return [...errors, body.slice(0, 1_000)];
}

const compiled = new Map<string, ValidateFunction>();

function validatorOf(schema: Json) {
  const key = JSON.stringify(schema);
  const validate = compiled.get(key) ?? ajv.compile(pointing(schema));
  compiled.set(key, validate);
  return validate;
}

/** With references that find the document from outside of it. */
function pointing(schema: Json): Json {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/'));
}

/**
 * Clients must take fields that they do not know; we do not send any. What a problem may say besides is
 * written where it is referred to, so it is closed there.
 */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const inner = Object.entries(value).map(([key, one]) => [key, closed(one)] as const);
  const isOpen = "type" in value && value.type === "object" && "properties" in value;
  const isProblem = "description" in value && value.description === "RFC 9457.";
  return {
    ...(isOpen && !isProblem && { additionalProperties: false }),
    ...("$ref" in value && { unevaluatedProperties: false }),
    ...Object.fromEntries(inner),
  };
}
