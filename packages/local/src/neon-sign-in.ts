import { Socket } from "node:net";

import pg from "pg";

// https://www.postgresql.org/docs/18/protocol-message-formats.html
const INT = 4;
const HEAD = 1 + INT;
const AUTHENTICATION = "R".charCodeAt(0);
const AUTHENTICATED = authentication(0);

/** AuthenticationCleartextPassword: Neon's edge asks for it, since the WebSocket is under TLS. */
export const PASSWORD_PLEASE = authentication(3);

type SignIn = {
  user: string;
  database: string;
  password: string;
  /** Of both messages; what follows is for Postgres. */
  byteLength: number;
};

/** Whether the startup message is whole. */
export function hasStarted(heard: Buffer) {
  return heard.length >= INT && heard.length >= heard.readInt32BE();
}

/** The startup message and the password, which may come unasked; undefined until both are whole. */
export function readSignIn(heard: Buffer): SignIn | undefined {
  if (!hasStarted(heard)) return undefined;
  const from = heard.readInt32BE();
  if (heard.length < from + HEAD) return undefined;
  const byteLength = from + 1 + heard.readInt32BE(from + 1);
  if (heard.length < byteLength) return undefined;
  const fields = textsOf(heard.subarray(2 * INT, from));
  const valueOf = (name: string) => fields[fields.indexOf(name) + 1] ?? "";
  const [password = ""] = textsOf(heard.subarray(from + HEAD, byteLength));
  return { user: valueOf("user"), database: valueOf("database"), password, byteLength };
}

/** Proves the password to Postgres in whatever way that asks, and says what a client is then told. */
export async function signInTo(
  place: { host: string; port: number },
  { user, database, password }: SignIn,
) {
  const socket = new Socket();
  const told: Buffer[] = [];
  socket.on("data", (chunk) => told.push(chunk));
  const client = new pg.Client({ ...place, user, database, password, stream: () => socket });
  client.on("error", () => socket.destroy());
  await client.connect();
  // From here on the connection is the caller's.
  socket.removeAllListeners("data");
  return { socket, greeting: Buffer.concat([AUTHENTICATED, ...withoutProof(Buffer.concat(told))]) };
}

/** ErrorResponse. */
export function refusal({ severity, code, message }: pg.DatabaseError) {
  const fields = [`S${severity ?? "FATAL"}`, `C${code ?? "XX000"}`, `M${message}`, "", ""];
  return messageOf("E", Buffer.from(fields.join("\0")));
}

function* withoutProof(told: Buffer) {
  for (let from = 0, to = 0; from < told.length; from = to) {
    to = from + 1 + told.readInt32BE(from + 1);
    if (told[from] !== AUTHENTICATION) yield told.subarray(from, to);
  }
}

function authentication(kind: number) {
  const body = Buffer.alloc(INT);
  body.writeInt32BE(kind);
  return messageOf("R", body);
}

function messageOf(type: string, body: Buffer) {
  const head = Buffer.alloc(HEAD);
  head.write(type);
  head.writeInt32BE(INT + body.length, 1);
  return Buffer.concat([head, body]);
}

function textsOf(bytes: Buffer) {
  return bytes.toString().split("\0");
}
