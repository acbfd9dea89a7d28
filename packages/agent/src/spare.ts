type Fields = Record<string, unknown>;

/** A value longer than this, as JSON, is none of the most telling. */
const BRIEF_BYTES = 512;
const MAX_HEADERS = 100;
const MAX_STEPS = 20;

/**
 * What a result can spare where a message has no room for all of it, the largest and least telling
 * first: at the end the status, the times, and of each step and certificate a few short fields.
 */
export const SPARE: readonly ((result: Fields) => Fields)[] = [
  replacing("body", () => ""),
  replacing("headers", shortHeaders),
  replacing("steps", (steps) => stepsOf(steps, replacing("tls", brief))),
  replacing("answers", () => []),
  replacing("redirects", () => []),
  replacing("tls", brief),
  replacing("headers", () => ({})),
  replacing("steps", (steps) => stepsOf(steps, briefFields)),
  replacing("tls", () => null),
  (result) => ({ ...briefFields(result), steps: [] }),
];

function replacing(field: string, shorten: (value: unknown) => unknown) {
  return (result: Fields): Fields =>
    field in result ? { ...result, [field]: shorten(result[field]) } : result;
}

function shortHeaders(headers: unknown) {
  const short = isFields(headers) ? Object.entries(briefFields(headers)) : [];
  return Object.fromEntries(short.slice(0, MAX_HEADERS));
}

function stepsOf(steps: unknown, shorten: (step: Fields) => Fields) {
  return Array.isArray(steps) ? steps.filter(isFields).slice(0, MAX_STEPS).map(shorten) : [];
}

/** Of an object its short fields, of anything else nothing. */
function brief(value: unknown) {
  return isFields(value) ? briefFields(value) : null;
}

function briefFields(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => JSON.stringify(value ?? null).length <= BRIEF_BYTES,
    ),
  );
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
