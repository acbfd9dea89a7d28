import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type AddressInfo, type Server } from "node:net";

import { startTls } from "@netcheck/agent/tls";

type Started = Awaited<ReturnType<typeof startTls>>;

/** A file of test/fixtures/tls. */
export function tlsFile(name: string) {
  return readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), "utf8");
}

/** What an agent makes of this server's TLS, read while the connection stands. */
export async function handshake<T>(
  server: Server,
  read: (started: Started) => T,
  host = "localhost",
) {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  await once(socket, "connect");
  try {
    const signal = AbortSignal.timeout(5_000);
    return read(await startTls(socket, { host, http2: false, signal }));
  } finally {
    socket.destroy();
    server.close();
  }
}
