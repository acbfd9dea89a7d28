/** What a start is doing, for the person who watches it. */
export type Progress = {
  /** Shows `name` as under way until the work is done. Answers the work's own outcome. */
  track: <T>(name: string, work: Promise<T>) => Promise<T>;
  /** One line among the others. */
  line: (text: string) => void;
  /** Milliseconds from the beginning to the end of each tracked work. */
  doneAfterMs: Readonly<Record<string, number>>;
  /** Leaves what is shown as it is; nothing moves any more. */
  end: () => void;
};

type Screen = { isTTY?: boolean; columns?: number; write(text: string): unknown };
type Step = { name: string; tookMs?: number; failed?: boolean };

const REDRAW_MS = 100;

/** A block of lines with running times on a terminal, and one plain line for each thing done elsewhere. */
export function showProgress(screen: Screen, now = () => performance.now()): Progress {
  const beganAt = now();
  const steps: Step[] = [];
  const doneAfterMs: Record<string, number> = {};
  const live = screen.isTTY === true;
  let drawn = 0;

  const draw = () => {
    if (!live) return;
    const width = (screen.columns || 80) - 1;
    const lines = steps.map((step) => stepLine(step, now() - beganAt).slice(0, width));
    screen.write(`${erase(drawn)}${lines.map((line) => `${line}\n`).join("")}`);
    drawn = lines.length;
  };
  const timer = live ? setInterval(draw, REDRAW_MS) : undefined;
  timer?.unref();

  const line = (text: string) => {
    screen.write(live ? `${erase(drawn)}${text}\n` : `${text}\n`);
    drawn = 0;
    draw();
  };

  return {
    doneAfterMs,
    line,
    async track(name, work) {
      const step: Step = { name };
      steps.push(step);
      try {
        const outcome = await work;
        doneAfterMs[name] = now() - beganAt;
        return outcome;
      } catch (error) {
        step.failed = true;
        throw error;
      } finally {
        step.tookMs = now() - beganAt;
        if (!live && !step.failed) line(stepLine(step, step.tookMs));
      }
    },
    end() {
      clearInterval(timer);
      draw();
      steps.length = 0;
      drawn = 0;
    },
  };
}

function stepLine({ name, tookMs, failed }: Step, nowMs: number): string {
  const sign = tookMs === undefined ? "…" : failed ? "✗" : "✓";
  return `${sign} ${seconds(tookMs ?? nowMs).padStart(6)}  ${name}`;
}

/** Moves up over what was drawn and clears it. */
function erase(lines: number): string {
  return lines === 0 ? "" : `\u001B[${lines}A\u001B[J`;
}

/** A duration for people. */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
