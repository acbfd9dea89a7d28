import {
  type CallExpression,
  type Expression,
  type ExpressionStatement,
  type IfStatement,
  type Node,
  parseSync,
  type TaggedTemplateExpression,
  Visitor,
} from "oxc-parser";

/** A text and what is looked at of its tree. */
export type Source = ReturnType<typeof readSource>;

/** One call of a chain: `update` and `where` of `tx.update(person).where(live)`. */
export type Link = { name: string; call: CallExpression };

export function readSource(text: string) {
  const calls: CallExpression[] = [];
  const statements: ExpressionStatement[] = [];
  const branches: IfStatement[] = [];
  const templates: TaggedTemplateExpression[] = [];
  const consts: { name: string; at: number; init: Expression }[] = [];
  new Visitor({
    CallExpression: (node) => void calls.push(node),
    ExpressionStatement: (node) => void statements.push(node),
    IfStatement: (node) => void branches.push(node),
    TaggedTemplateExpression: (node) => void templates.push(node),
    VariableDeclarator({ id, init, start }) {
      if (id.type === "Identifier" && init) consts.push({ name: id.name, at: start, init });
    },
  }).visit(parseSync("mutated.ts", text).program);

  /** What a name stands for: the last of that name before it, or else the first after it. */
  function resolve(node: Node): Node {
    if (node.type !== "Identifier") return node;
    const named = consts.filter(({ name }) => name === node.name);
    return (named.findLast(({ at }) => at < node.start) ?? named[0])?.init ?? node;
  }

  /** The calls of a chain, the innermost first, through the names that its parts have. */
  function chainOf(call: CallExpression): Link[] {
    const { callee } = call;
    if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return [];
    const link = { name: callee.property.name, call };
    const object = resolve(callee.object);
    return object.type === "CallExpression" ? [...chainOf(object), link] : [link];
  }

  return { text, calls, statements, branches, templates, resolve, chainOf };
}

/** The name of what is called, if it is a plain function. */
export function functionOf({ callee }: CallExpression) {
  return callee.type === "Identifier" ? callee.name : undefined;
}
