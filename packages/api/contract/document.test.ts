import { glob, readFile } from "node:fs/promises";

import { may, requireRights } from "@netcheck/kernel/right";
import { validate } from "@netcheck/kernel/validate";
import { Validator } from "@seriousme/openapi-schema-validator";
import formats from "ajv-formats";
import { Ajv2020 } from "ajv/dist/2020.js";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import * as z from "zod";

import { openDocs } from "../src/docs-files.ts";
import { SOURCES } from "../src/docs-sources.ts";
import { CONTRACTS, PROBLEMS } from "./chapters.ts";
import { buildDocument, pathOf } from "./document.ts";
import { readGoldens } from "./golden.ts";

const written = await openDocs(SOURCES).document();
const CHAPTERS = CONTRACTS.flatMap(({ chapters }) => chapters);
const goldens = readGoldens();

const Media = z.object({
  schema: z.record(z.string(), z.unknown()),
  examples: z.record(z.string(), z.object({ value: z.unknown() })).default({}),
});
const Content = z.object({ content: z.record(z.string(), Media).default({}) });
const Operation = z.object({
  operationId: z.string(),
  tags: z.array(z.string()),
  summary: z.string(),
  requestBody: Content.extend({ description: z.string() }).optional(),
  responses: z.record(z.string(), z.union([z.object({ $ref: z.string() }), Content])),
});
const Document = z.looseObject({
  tags: z.array(z.object({ name: z.string() })),
  paths: z.record(z.string(), z.record(z.string(), Operation)),
  components: z.looseObject({ responses: z.record(z.string(), Content) }),
});

const document = Document.parse(JSON.parse(written));
const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

describe("openapi.json", () => {
  it("[PLT-2] is a valid document of OpenAPI 3.1, by its official schema", async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(JSON.parse(written));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
    expect(validator.version).toBe("3.1");
  });

  it("[PLT-2] has every route of its chapters", () => {
    for (const { base, routes, operations: described } of CHAPTERS) {
      const own = routes.routes.filter(({ method }) => method !== "ALL");
      const names = new Set(own.map(({ method, path }) => `${method} ${path}`));
      expect([...names].toSorted()).toEqual(Object.keys(described).toSorted());
      for (const name of names) {
        const [method = "", path = ""] = name.split(" ");
        expect(document.paths[pathOf(base, path)]).toHaveProperty(method.toLowerCase());
      }
    }
  });

  it("[KRN-19] is of routes that all begin with their right", () => {
    const all = CHAPTERS.flatMap(({ base, routes: { routes } }) =>
      routes.map((route) => ({ ...route, path: `${base}${route.path}` })),
    );
    expect(() => requireRights({ routes: all })).not.toThrow();
  });

  it("[KRN-20] says how large a body each operation takes", () => {
    const right = may("public", { maxBodyBytes: 2 * 1024 * 1024 });
    const routes = new Hono().post("/", right, validate("json", z.object({ a: z.string() })));
    const answers = { 204: { means: "Taken." } };
    const operations = { "POST /": { id: "send", summary: "Send", answers } };
    const chapter = { tag: "Sending", about: "", base: "/large", routes, operations };
    const { paths } = buildDocument([chapter], PROBLEMS, []);
    expect(paths).toHaveProperty("/large.post.requestBody.description", "At most 2048 KiB.");
    const described = Object.values(document.paths).flatMap((path) => Object.values(path));
    const bodies = described.flatMap(({ requestBody }) => requestBody?.description ?? []);
    expect(new Set(bodies)).toEqual(new Set(["At most 100 KiB."]));
  });

  it("names each operation once, and each by a tag that is explained", () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z]+([A-Z][a-z0-9]+)*$/.test(id))).toEqual([]);
    const tags = new Set(document.tags.map(({ name }) => name));
    expect(operations.flatMap((one) => one.tags).filter((tag) => !tags.has(tag))).toEqual([]);
  });

  it("[PLT-2] knows every code that the sources can send", async () => {
    const sent = new Set<string>();
    for await (const path of glob(
      "packages/{kernel,identity,agents,checks,api,adapters}/src/**/*.ts",
    )) {
      if (/\.(test|contract)\.ts$/.test(path)) continue;
      const text = await readFile(path, "utf8");
      const calls =
        /(?:Fault\(\s*"\w+",|\b(?:conflict|invalid|unavailable)\()\s*"([a-z_]+\.[a-z_]+)"/g;
      for (const [, code = ""] of text.matchAll(calls)) sent.add(code);
      for (const [, code = ""] of text.matchAll(/"\/problems\/([a-z_.]+)"/g)) sent.add(code);
      for (const [, code = ""] of text.matchAll(/\bcode: "([a-z_]+\.[a-z_]+)"/g)) sent.add(code);
      for (const [, context] of text.matchAll(/\bverb: "(\w+)\.\w+"/g)) {
        sent.add(`${context}.idempotency_mismatch`).add(`${context}.idempotency_raced`);
      }
      for (const [, noun] of text.matchAll(/notFound\("(\w+)"\)/g)) sent.add(`${noun}.not_found`);
    }
    expect(sent.size).toBeGreaterThan(30);
    expect([...sent].toSorted()).toEqual(Object.keys(PROBLEMS).toSorted());
    const unnamed = Object.keys(PROBLEMS).filter((code) => !written.includes(`/problems/${code}"`));
    expect(unnamed).toEqual(["page.not_found"]);
  });
});

describe("a refusal", () => {
  const typesOf = (path: string) => {
    const away = document.paths[path]?.["get"]?.responses["503"];
    const name = away && "$ref" in away ? String(away.$ref).split("/").at(-1) : undefined;
    return name?.split("-");
  };

  it("[PLT-2] names a store only where one is asked", () => {
    expect(typesOf("/health")).toEqual(["platform.not_ready"]);
    expect(typesOf("/docs")).toEqual(["platform.not_ready"]);
    expect(typesOf("/metrics")).toContain("platform.redis");
  });
});

describe("examples", () => {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema({ ...document, $id: "openapi" });

  const contents = [
    ...operations.flatMap(({ operationId, requestBody, responses }) => [
      ...(requestBody ? [[`${operationId} asks`, requestBody] as const] : []),
      ...Object.entries(responses).flatMap(([status, response]) =>
        "content" in response ? [[`${operationId} answers ${status}`, response] as const] : [],
      ),
    ]),
    ...Object.entries(document.components.responses),
  ];
  const examples = contents.flatMap(([where, { content }]) =>
    Object.values(content).flatMap(({ schema, examples: shown }) =>
      Object.entries(shown).map(
        ([name, { value }]) => [`${where}: ${name}`, schema, value] as const,
      ),
    ),
  );

  it("are there: each golden file is one, or two", () => {
    expect(examples.length).toBeGreaterThanOrEqual(goldens.length);
    const known = new Set(operations.map(({ operationId }) => operationId));
    expect(goldens.filter(({ operation }) => !known.has(operation))).toEqual([]);
  });

  it.each(examples)("[PLT-2] %s keeps to its schema", (_name, schema, value) => {
    const pointing = JSON.stringify(schema).replaceAll('"#/', '"openapi#/');
    const validate = ajv.compile(JSON.parse(pointing));
    expect(validate(value) ? [] : validate.errors).toEqual([]);
  });
});
