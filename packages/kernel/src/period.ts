/** How much time lies in one partition, in UTC. */
export type Width = "day" | "month";

export const DAY_MS = 86_400_000;

/** Which day or month an instant lies in, counted from that of 1970-01-01. */
export function periodOf(width: Width, at: Date) {
  if (width === "day") return Math.floor(at.getTime() / DAY_MS);
  return (at.getUTCFullYear() - 1970) * 12 + at.getUTCMonth();
}

/** When a period begins, which is when the one before it ends. */
export function startOf(width: Width, period: number) {
  return new Date(width === "day" ? period * DAY_MS : Date.UTC(1970, period));
}

/** How a period is written at the end of its partition's name: 20260301 or 202603. */
export function suffixOf(width: Width, period: number) {
  const date = startOf(width, period).toISOString().replaceAll("-", "");
  return date.slice(0, width === "day" ? 8 : 6);
}

/** The period that the name of a partition ends with, if it ends with one. */
export function periodIn(width: Width, name: string) {
  const pattern = width === "day" ? /_(\d{4})(\d\d)(\d\d)$/ : /_(\d{4})(\d\d)$/;
  const [, year, month, day = "01"] = pattern.exec(name) ?? [];
  return year && month ? periodOf(width, new Date(`${year}-${month}-${day}`)) : undefined;
}
