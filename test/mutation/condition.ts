import type { CallExpression, Node } from "oxc-parser";

import { type Mutant, MUTATED } from "./kind.ts";
import { functionOf, type Source } from "./source.ts";

/** The one that differs least. */
const OTHER: Record<string, string> = {
  eq: "ne",
  ne: "eq",
  isNull: "isNotNull",
  isNotNull: "isNull",
  lt: "lte",
  lte: "lt",
  gt: "gte",
  gte: "gt",
};

const WRITES = ["update", "delete", "for"];

/** Mutants of the conditions under which something is written or locked. */
export function conditionsIn(source: Source): Mutant[] {
  const conditions = source.calls.flatMap((call) => {
    const chain = source.chainOf(call);
    const writes = chain.some(({ name }) => WRITES.includes(name)) || isInside(source, call);
    const wheres = writes ? chain.filter(({ name }) => name === "where") : [];
    return wheres.flatMap(({ call: where }) => where.arguments);
  });
  const ofConflicts = source.calls.flatMap(conflictConditions);
  return [
    ...ofConflicts.map(dropped),
    ...[...conditions, ...ofConflicts].flatMap((condition) => mutate(source, condition)),
    ...(source.text.includes(".update(") ? inSql(source) : []),
  ];
}

/** Reads of a transaction decide what it writes. */
function isInside(source: Source, call: CallExpression) {
  return /^(tx\b|await tx\b)/.test(source.text.slice(call.start, call.end));
}

function conflictConditions({ callee, arguments: [options] }: CallExpression) {
  const isOurs =
    callee.type === "MemberExpression" &&
    callee.property.type === "Identifier" &&
    callee.property.name === "onConflictDoUpdate";
  if (!isOurs || options?.type !== "ObjectExpression") return [];
  return options.properties.flatMap((property) =>
    property.type === "Property" &&
    property.key.type === "Identifier" &&
    property.key.name === "setWhere"
      ? [property.value]
      : [],
  );
}

function mutate(source: Source, given: Node): Mutant[] {
  const node = source.resolve(given);
  if (node.type !== "CallExpression") return [];
  const name = functionOf(node) ?? "";
  if (name === "and" || name === "or") {
    const parts = node.arguments;
    const drops = parts.length < 2 ? [] : parts.map(dropped);
    return [...drops, ...parts.flatMap((part) => mutate(source, part))];
  }
  const other = OTHER[name];
  if (other === undefined) return [];
  const { start, end } = node.callee;
  return [{ kind: "swap", start, end, text: `${MUTATED}.${other}` }];
}

function dropped({ start, end }: Node): Mutant {
  return { kind: "drop", start, end, text: "undefined" };
}

/** What is said in SQL: each part of a conjunction, the boundary of a comparison, the case of a case. */
function inSql({ text, templates }: Source): Mutant[] {
  return templates.flatMap(({ tag, quasi }) => {
    if (tag.type !== "Identifier" || tag.name !== "sql") return [];
    const [start, end] = [quasi.start + 1, quasi.end - 1];
    const body = text.slice(start, end);
    return [...conjuncts(body), ...cases(body), ...bounds(body)].map((one) => ({
      ...one,
      start: start + one.start,
      end: start + one.end,
    }));
  });
}

function conjuncts(body: string): Mutant[] {
  const parts = body.split(/(\s+and\s+)/);
  if (parts.length < 3 || body.includes("case when")) return [];
  let at = 0;
  return parts.flatMap((part, i) => {
    const start = at;
    at += part.length;
    return i % 2 === 0 ? [{ kind: "drop" as const, start, end: at, text: "true" }] : [];
  });
}

function cases(body: string): Mutant[] {
  return [...body.matchAll(/(?<=case when ).*?(?= then)/g)].map(({ 0: { length }, index }) => {
    return { kind: "drop", start: index, end: index + length, text: "true" };
  });
}

function bounds(body: string): Mutant[] {
  return [...body.matchAll(/(?<= )[<>]=?(?= )/g)].map(({ 0: sign, index }) => {
    const text = sign.length === 2 ? sign.slice(0, 1) : `${sign}=`;
    return { kind: "swap", start: index, end: index + sign.length, text };
  });
}
