import type { Plugin } from "rolldown";

/** Whose function it is, and the file of its entry point. */
export type Program = { entry: string; contexts: readonly string[] };

/** The modules that begin a piece of a program: with all that they import, they are one file. */
type Piece = { name: string; begins: RegExp };

/** In the order of need. A module that two of them import is in the first. */
function piecesOf({ entry, contexts }: Program): Piece[] {
  const isHttp = entry.endsWith("/lambda.ts");
  const own = contexts.map((name) => (name === "platform" ? "api" : name)).join("|");
  const handling = isHttp ? "routes" : "consumer";
  // Who asks is identity's to say, whoever's function it is.
  const set = isHttp ? `${own}|identity` : own;
  const open = [
    "/api/src/lambda-open",
    ...(isHttp ? ["/api/src/app"] : []),
    `/(${set})/src/settings`,
    `/(${own})/src/[a-z-]+\\.${handling}`,
  ];
  const signedIn = ["/adapters/src/upstash", ...(isHttp ? ["/identity/src/token-verifier"] : [])];
  return [
    { name: "entry", begins: new RegExp(`/${entry}$`) },
    { name: "open", begins: new RegExp(`(${open.join("|")})\\.ts$`) },
    { name: "signed-in", begins: new RegExp(`(${signedIn.join("|")})\\.ts$`) },
    { name: "sqs", begins: /\/@aws-sdk\/client-sqs\/dist-es\/index\.js$/ },
  ];
}

/**
 * Puts what is needed together into one file, for each file costs a start about a millisecond. What is
 * in no piece is split as the imports say, and loaded by whoever needs it.
 */
export function pieces(program: Program) {
  const pieceOf = new Map<string, string>();
  const plugin: Plugin = {
    name: "pieces",
    buildEnd() {
      const take = (id: string, name: string) => {
        if (pieceOf.has(id)) return;
        pieceOf.set(id, name);
        for (const imported of this.getModuleInfo(id)?.importedIds ?? []) take(imported, name);
      };
      const ids = [...this.getModuleIds()];
      for (const { name, begins } of piecesOf(program))
        for (const id of ids) if (begins.test(id)) take(id, name);
    },
  };
  return { plugin, pieceOf: (id: string) => pieceOf.get(id) };
}
