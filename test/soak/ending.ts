import type { Socket } from "node:net";

/** What comes of an answer that never ends well; each is over by itself, so that none outlives its check for long. */
export const ENDINGS = {
  mute: () => undefined,
  hangup: (socket: Socket) => void socket.end(),
  drip: (socket: Socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    const timer = setInterval(() => socket.write("A"), 50);
    socket.once("close", () => clearInterval(timer));
  },
  "drip-body": (socket: Socket) => {
    socket.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    const timer = setInterval(() => socket.write("1\r\nx\r\n"), 50);
    socket.once("close", () => clearInterval(timer));
  },
  "flood-body": (socket: Socket) => flood(socket, "HTTP/1.1 200 OK\r\n\r\n"),
  "flood-head": (socket: Socket) => flood(socket, "HTTP/1.1 200 OK\r\nA: "),
  "flood-garbage": (socket: Socket) => flood(socket, "\0\x01\xff"),
  "flood-chunks": (socket: Socket) =>
    flood(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffff;"),
} satisfies Record<string, (socket: Socket) => void>;

const BLOCK = Buffer.alloc(64 * 1024, "x");
const BLOCKS = 32;

/** Two mebibytes as fast as they are taken. */
function flood(socket: Socket, beginning: string) {
  socket.write(beginning, "latin1");
  let left = BLOCKS;
  const pour = () => {
    while (left > 0 && socket.write(BLOCK)) left -= 1;
    if (left <= 0) socket.end();
    left -= 1;
  };
  socket.on("drain", pour);
  pour();
}
