import type { CallExpression, Expression, IfStatement, Node } from "oxc-parser";

import { type Kind, type Mutant, MUTATED } from "./kind.ts";
import { functionOf, type Source } from "./source.ts";

const IN_TRANSACTION = ["transaction", "alone"];
const LOCKS = /^tx\.execute\(sql`[^`]*lock/;
const SOURCED = ["writeAndEmit", "writeAndRecord"];
const ALWAYS = `(db) => db.$with("always", {}).as(${MUTATED}.sql\`select\`)`;
const SPARES = /^\w+\.length > 0$/;
const WRITES = /^(tx|writing\(.*\))\s*\.(update|insert|delete|execute)\(/;

/** Mutants that leave out a step: a lock, a write, what is told or kept of it, a refusal; or why it is taken. */
export function stepsIn(source: Source): Mutant[] {
  return [
    ...source.calls.flatMap((call) => [
      ...callsLeftOut(source, call),
      ...unaudited(call),
      ...unsourced(call),
    ]),
    ...source.statements.flatMap(({ expression, start, end }) => {
      const kind = kindOf(source, expression);
      return kind === undefined ? [] : [{ kind, start, end, text: ";" }];
    }),
    ...refusals(source),
    ...source.branches.flatMap((branch) => maybeSteps(source, branch)),
  ];
}

/** `.for("share")` and `.onConflictDoNothing()`, out of their chains. */
function callsLeftOut(source: Source, call: CallExpression): Mutant[] {
  const { callee, end } = call;
  const [name] = source
    .chainOf(call)
    .slice(-1)
    .map((link) => link.name);
  if (callee.type !== "MemberExpression") return [];
  const kind = name === "for" ? "lock" : name?.startsWith("onConflict") ? "conflict" : undefined;
  return kind === undefined ? [] : [{ kind, start: callee.object.end, end, text: "" }];
}

/** A transaction that keeps no record. */
function unaudited(call: CallExpression): Mutant[] {
  const [, audit, work] = call.arguments;
  if (functionOf(call) !== "transaction" || !audit || !work) return [];
  return [{ kind: "audit", start: audit.start, end: audit.end, text: '{ unaudited: "" }' }];
}

/** A statement that writes whoever has won. */
function unsourced(call: CallExpression): Mutant[] {
  const [, , won] = call.arguments;
  if (!SOURCED.includes(functionOf(call) ?? "") || !won) return [];
  return [{ kind: "drop", start: won.start, end: won.end, text: ALWAYS }];
}

function kindOf(source: Source, expression: Expression): Kind | undefined {
  if (expression.type !== "AwaitExpression") return undefined;
  const { argument } = expression;
  if (argument.type !== "CallExpression") return undefined;
  const name = functionOf(argument);
  if (name === "emit") return "emit";
  if (name === "writeAndRecord") return "audit";
  const text = source.text.slice(argument.start, argument.end);
  if (LOCKS.test(text)) return "lock";
  return WRITES.test(text) ? "write" : undefined;
}

/** `if (…) throw` and `if (…) return` of transactions. */
function refusals({ calls, branches }: Source): Mutant[] {
  const works = calls.filter((call) => IN_TRANSACTION.includes(functionOf(call) ?? ""));
  const isWithin = (one: Node) =>
    works.some(({ start, end }) => start < one.start && one.end < end);
  return branches.filter(leaves).flatMap((branch) => {
    const { start, end } = branch;
    return isWithin(branch) ? [{ kind: "refusal", start, end, text: ";" } as const] : [];
  });
}

/** `if (…) await …;`: never, and always, unless that is to do nothing with nothing. */
function maybeSteps({ text }: Source, branch: IfStatement): Mutant[] {
  const { start, end, test, consequent, alternate } = branch;
  const isStep =
    consequent.type === "ExpressionStatement" && consequent.expression.type === "AwaitExpression";
  if (!isStep || alternate) return [];
  const never = { kind: "step", start, end, text: ";" } as const;
  if (SPARES.test(text.slice(test.start, test.end))) return [never];
  return [never, { kind: "step", start: test.start, end: test.end, text: "true" }];
}

function leaves({ consequent, alternate }: IfStatement) {
  const [last] = consequent.type === "BlockStatement" ? consequent.body.slice(-1) : [consequent];
  const isLast = last?.type === "ThrowStatement" || last?.type === "ReturnStatement";
  return isLast && !alternate;
}
