type Range = { from: number; to: number; names?: readonly string[] };

const MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

const FIELDS: readonly Range[] = [
  { from: 0, to: 59 },
  { from: 0, to: 23 },
  { from: 1, to: 31 },
  { from: 1, to: 12, names: MONTHS },
  { from: 1, to: 7, names: DAYS },
  { from: 1970, to: 2199 },
];

/**
 * Whether EventBridge Scheduler takes a rate or cron expression, as far as numbers, names, lists,
 * ranges and steps go. https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function isScheduleExpression(text: string) {
  const [, value, unit = ""] = /^rate\((\d+) (minutes?|hours?|days?)\)$/.exec(text) ?? [];
  if (value !== undefined) return Number(value) > 0 && unit.endsWith("s") === Number(value) > 1;
  const fields = /^cron\(([^()]+)\)$/.exec(text)?.[1]?.split(" ") ?? [];
  // One day field says which days, and the other that it does not.
  const questions = [fields[2], fields[4]].filter((field) => field === "?").length;
  return (
    fields.length === FIELDS.length &&
    questions === 1 &&
    FIELDS.every((range, i) => isField(fields[i] ?? "", range, i === 2 || i === 4))
  );
}

function isField(field: string, range: Range, isDay: boolean) {
  if (field === "*" || (isDay && field === "?")) return true;
  return field.split(",").every((part) => {
    const [span = "", step] = part.split("/");
    if (step !== undefined && !/^[1-9]\d*$/.test(step)) return false;
    return span === "*" || span.split("-").every((value) => isValue(value, range));
  });
}

function isValue(value: string, { from, to, names = [] }: Range) {
  const number = Number(value);
  return names.includes(value) || (/^\d+$/.test(value) && number >= from && number <= to);
}
