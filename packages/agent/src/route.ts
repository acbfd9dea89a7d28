import { createSocket } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";

/** What port is of no matter: nothing is sent. */
const PORT = 9;
const LIMIT_MS = 1_000;

/** The address that this host would send from, undefined if it has no route there: the kernel alone is asked. */
export async function sourceAddress(address: string) {
  const socket = createSocket(isIPv6(address) ? "udp6" : "udp4");
  try {
    socket.connect(PORT, address);
    await once(socket, "connect", { signal: AbortSignal.timeout(LIMIT_MS) });
    return socket.address().address;
  } catch {
    return undefined;
  } finally {
    socket.on("error", () => undefined);
    socket.close();
  }
}
