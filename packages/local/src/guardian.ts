/** How long a program may still run after we were killed before it is asked to stop: ours stop by themselves meanwhile. */
const HEAD_START_MS = 2_000;

/**
 * The service is what this shell becomes, so its number, its signals and its exit code are its own. The
 * guardian is there before it: a copy of the shell, of a megabyte. Its end of file comes when we have seen
 * the service end, or however we die. It belongs to the service's process group, so that the number `$$`
 * is given to nobody else while it looks, and the last signal takes what the service has left, and itself.
 */
const SCRIPT = `# Netcheck: ends the program after it when its supervisor is gone
exec 9<&0 </dev/null
{
  trap '' HUP INT TERM
  PATH=$PATH:/usr/bin:/bin
  within() { n=$1; while [ "$n" -gt 0 ] && kill -0 $$; do sleep 0.1; n=$((n - 1)); done; }
  read -r _ <&9
  within ${tenths(HEAD_START_MS)}
  kill -s "$1" $$
  within "$2"
  kill -s KILL 0
} 3<&- >/dev/null 2>&1 &
shift 2
exec "$@" 9<&-
`;

/**
 * The command line that runs a program beside a guardian of its own, in a session of its own. The guardian
 * stops it, then kills it and its group, when the other end of standard input closes; the program has none.
 */
export function guarded(program: {
  command: string;
  args: readonly string[];
  stopSignal: NodeJS.Signals;
  graceMs: number;
}): { command: string; args: string[] } {
  const { command, args, stopSignal, graceMs } = program;
  const told = [stopSignal.replace(/^SIG/, ""), String(tenths(graceMs))];
  return { command: "/bin/sh", args: ["-c", SCRIPT, "guardian", ...told, command, ...args] };
}

function tenths(ms: number): number {
  return Math.ceil(ms / 100);
}
