/** What the types of `guard.ts` cannot say. Each rule has its canaries in test/architecture.test.ts. */

const NOT_MADE_HERE = new Set(["Acting", "Db", "Reader", "RedisKey", "Tx", "Writer"]);
const GUARDS = /^(require[A-Z]\w*|actAs|asStranger)$/;

/** A verb takes a whole ctx, and asks its guard first: what reads and writes is in the guard's answer. */
const guardFirst = {
  create(context) {
    const check = (fn) => {
      for (const param of fn.params) {
        if (!takesWholeCtx(param)) continue;
        if (param.type === "ObjectPattern" && param.properties.some(isDb)) report(context, param);
        if (param.type !== "Identifier") continue;
        for (const variable of context.sourceCode.getDeclaredVariables(fn)) {
          if (variable.name !== param.name) continue;
          for (const { identifier } of variable.references) {
            if (touchesDb(identifier)) report(context, identifier.parent);
          }
        }
      }
    };
    return {
      FunctionDeclaration: check,
      FunctionExpression: check,
      ArrowFunctionExpression: check,
    };
  },
};

/** A guard that is called for nothing, or whose answer is left for the bare ctx, lets that do the work. */
const guardKept = {
  create(context) {
    const message = "Go on with what the guard returned, not with the bare ctx.";
    const check = (fn) => {
      for (const { references } of context.sourceCode.getDeclaredVariables(fn)) {
        const used = references.map(({ identifier }) => identifier);
        const asked = used.filter(isGuarded);
        const sinceAt = Math.min(...asked.map(({ parent }) => parent.range[1]));
        for (const node of used) {
          if (node.range[0] > sinceAt && !isGuarded(node)) context.report({ node, message });
        }
      }
    };
    return {
      FunctionDeclaration: check,
      FunctionExpression: check,
      ArrowFunctionExpression: check,
      ExpressionStatement({ expression }) {
        const call = expression.type === "AwaitExpression" ? expression.argument : expression;
        if (isGuard(call) && isCtx(call.arguments[0])) context.report({ node: call, message });
      },
    };
  },
};

/** Nobody says of himself that a guard let him through, and of a key that it is his. */
const noForgery = {
  create(context) {
    const check = (node) => {
      const name = node.typeAnnotation.typeName?.name;
      if (!NOT_MADE_HERE.has(name)) return;
      context.report({ node, message: `Only kernel makes ${name}.` });
    };
    return { TSAsExpression: check, TSTypeAssertion: check };
  },
};

/** Who proves, and who has the pool, is a list of files in .oxlintrc.json. */
const named = (names, message) => ({
  create(context) {
    return {
      ImportSpecifier(node) {
        const { source } = node.parent;
        if (!/(^|\/)guard(\.ts)?$/.test(source.value)) return;
        if (names.includes(node.imported.name)) context.report({ node, message });
      },
      ImportNamespaceSpecifier(node) {
        if (/(^|\/)guard(\.ts)?$/.test(node.parent.source.value)) context.report({ node, message });
      },
    };
  },
});

/** `Ctx & Pick<…>` is a whole one too. */
function takesWholeCtx(param) {
  const type = param.typeAnnotation?.typeAnnotation;
  const parts = type?.type === "TSIntersectionType" ? type.types : [type];
  return parts.some((part) => part?.typeName?.name?.endsWith("Ctx"));
}

function isGuard(node) {
  return node.type === "CallExpression" && GUARDS.test(node.callee.name ?? "");
}

/** A ctx as what a guard is asked about. */
function isGuarded(identifier) {
  const { parent } = identifier;
  return isCtx(identifier) && isGuard(parent) && parent.arguments[0] === identifier;
}

function isCtx(argument) {
  const name = argument?.type === "MemberExpression" ? argument.property.name : argument?.name;
  return /ctx$/i.test(name ?? "");
}

function isDb(property) {
  return property.type === "RestElement" || property.key.name === "db";
}

function touchesDb(identifier) {
  const { parent } = identifier;
  if (parent.type === "MemberExpression") {
    return parent.object === identifier && parent.property.name === "db";
  }
  if (parent.type !== "VariableDeclarator" || parent.init !== identifier) return false;
  return parent.id.type === "ObjectPattern" && parent.id.properties.some(isDb);
}

function report(context, node) {
  context.report({ node, message: "Ask a guard first, and use the db of its answer." });
}

export default {
  meta: { name: "netcheck" },
  rules: {
    "guard-first": guardFirst,
    "guard-kept": guardKept,
    "no-forgery": noForgery,
    "who-proves": named(["actAs", "asStranger"], "Only those who look at proofs say who acts."),
    "who-has-the-pool": named(["poolOf"], "Only kernel has the whole pool."),
  },
};
