import type { Problems } from "@netcheck/kernel/contract";
import * as z from "zod";

/** What each code says besides what every problem says, as TypeScript: the client knows contracts by their types. */
export function memberModule(problems: Problems) {
  const told = Object.entries(problems).flatMap(([code, [, , members = {}]]) => {
    const fields = Object.entries(members).map(([name, schema]) => {
      return `    ${name}?: ${typeOf(Schema.parse(z.toJSONSchema(schema)))};\n`;
    });
    return fields.length === 0 ? [] : [`  "${code}": {\n${fields.join("")}  };\n`];
  });
  return `/** What a refusal says besides, by its code. Written by \`npm run generate\` from what the contexts say of themselves. */
export type MembersByCode = {
${told.join("")}};
`;
}

/** As much of a JSON Schema as has a word in TypeScript; what has none is unknown. */
type Schema = {
  type?: string | string[] | undefined;
  enum?: unknown[] | undefined;
  anyOf?: Schema[] | undefined;
  items?: Schema | undefined;
  properties?: Record<string, Schema> | undefined;
  required?: string[] | undefined;
};

const Schema: z.ZodType<Schema> = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.lazy(() => Schema)).optional(),
  items: z.lazy(() => Schema).optional(),
  properties: z
    .record(
      z.string(),
      z.lazy(() => Schema),
    )
    .optional(),
  required: z.array(z.string()).optional(),
});

const WORDS = new Map([
  ["integer", "number"],
  ["number", "number"],
  ["string", "string"],
  ["boolean", "boolean"],
  ["null", "null"],
]);

function typeOf({ type, enum: values, anyOf, items, properties, required = [] }: Schema): string {
  if (values) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (anyOf) return anyOf.map(typeOf).join(" | ");
  if (items) return `readonly (${typeOf(items)})[]`;
  if (Array.isArray(type)) return type.map((one) => typeOf({ type: one })).join(" | ");
  if (!properties) return WORDS.get(type ?? "") ?? "unknown";
  const fields = Object.entries(properties).map(([name, field]) => {
    return `${name}${required.includes(name) ? "" : "?"}: ${typeOf(field)}`;
  });
  return `{ ${fields.join("; ")} }`;
}
