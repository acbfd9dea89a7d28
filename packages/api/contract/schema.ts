import * as z from "zod";

export type Json = { [key: string]: unknown };

/** Formats that say it all; zod adds what they mean as a pattern. */
const FORMATS = new Set(["date-time", "email", "uuid"]);

/** JSON Schema of what is sent and answered; what has an id becomes a component. */
export function openSchemas() {
  const components: Record<string, Json> = {};
  return {
    components,
    of(schema: z.ZodType) {
      const made = z.toJSONSchema(z.object({ it: schema }), {
        target: "draft-2020-12",
        io: "input",
        override: ({ jsonSchema }) => tidy(jsonSchema),
      });
      const { properties, $defs = {} } = pointed(made);
      for (const [name, component] of Object.entries($defs)) {
        const { id: _, ...known } = component;
        components[name] = known;
      }
      return properties.it;
    },
    /** As a component of its own, even if it has no name of its own. */
    named(name: string, schema: z.ZodType, fields: Readonly<Record<string, string>> = {}) {
      const whole = this.of(schema);
      if ("$ref" in whole) return whole;
      components[name] = explained(whole, fields);
      return { $ref: `#/components/schemas/${name}` };
    },
  };
}

/** With what its fields mean, where that is not said beside the schema. */
export function explained(schema: Json, fields: Readonly<Record<string, string>>) {
  const { properties } = Fields.parse(schema);
  const known = Object.entries(properties).map(([name, field]) => {
    const description = fields[name];
    return [name, description === undefined ? field : { ...field, description }] as const;
  });
  return known.length === 0 ? schema : { ...schema, properties: Object.fromEntries(known) };
}

const Fields = z.object({
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
});

const Pointed = z.object({
  properties: z.object({ it: z.record(z.string(), z.unknown()) }),
  $defs: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
});

/** With components where OpenAPI keeps them. */
function pointed(made: object) {
  const text = JSON.stringify(made).replaceAll("#/$defs/", "#/components/schemas/");
  return Pointed.parse(JSON.parse(text));
}

/** Leaves out what repeats the format, and the bounds of what a number can hold. */
function tidy(schema: z.core.JSONSchema.BaseSchema) {
  if (schema.format !== undefined && FORMATS.has(schema.format)) delete schema.pattern;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

/** Headers by their names, all of which are components. */
export function headerRefs(names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}
