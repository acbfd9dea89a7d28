import { DrizzleQueryError } from "drizzle-orm";

/** The statement did not fail, Postgres was not there: sockets, shutdown (57P), connections (53300, 08). */
export function isPostgresDown(error: unknown) {
  if (!(error instanceof DrizzleQueryError) || !error.cause) return false;
  const { message } = error.cause;
  const code = "code" in error.cause ? String(error.cause.code) : "";
  const known = /^(E[A-Z]+|57P0\d|53300|08\d{3})$/.test(code);
  return known || /timeout|terminated|not queryable/i.test(message);
}

/** Whether a statement failed because of this unique constraint (SQLSTATE 23505). */
export function isUniqueViolation(error: unknown, constraint: string) {
  const cause = causeOf(error);
  return cause?.code === "23505" && cause.constraint === constraint;
}

type Refusal = { code?: unknown; constraint?: unknown };

/** What Postgres itself said: https://www.postgresql.org/docs/18/protocol-error-fields.html */
function causeOf(error: unknown): Refusal | undefined {
  return error instanceof DrizzleQueryError ? (error.cause as Refusal | undefined) : undefined;
}
