// How times and plain texts look. Times are shown in the hotline's own zone, wherever one reads.

const PARTS = new Intl.DateTimeFormat("zh-CN", {
  timeZone: "Asia/Shanghai",
  month: "numeric",
  day: "numeric",
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  hourCycle: "h23",
});

function parts(iso) {
  const found = {};
  for (const { type, value } of PARTS.formatToParts(new Date(iso))) found[type] = value;
  return found;
}

/** `11月24日（周二）18:00` */
export function moment(iso) {
  const { month, day, weekday, hour, minute } = parts(iso);
  return `${month}月${day}日（${weekday}）${hour}:${minute}`;
}

/** `18:00` */
export function clock(iso) {
  const { hour, minute } = parts(iso);
  return `${hour}:${minute}`;
}

/** `2026年1月1日`, from an ISO date without a time. */
export function day(iso) {
  const [year, month, date] = iso.split("-").map(Number);
  return `${year}年${month}月${date}日`;
}

const BULLET = /^\s*(?:[-·•]|\d{1,2}[.、)）]|[（(]\d{1,2}[）)])\s*/;
const NUMBERED = /^\s*(?:\d{1,2}[.、)）]|[（(]\d{1,2}[）)])/;

/** Cut a text into paragraphs and lists: `[{ kind: "text" | "list" | "steps", lines }]`. */
export function blocks(text) {
  const result = [];
  for (const line of text.split("\n")) {
    if (!line.trim()) continue;
    const kind = NUMBERED.test(line) ? "steps" : BULLET.test(line) ? "list" : "text";
    const last = result.at(-1);
    const content = kind === "text" ? line.trim() : line.replace(BULLET, "").trim();
    if (last && last.kind === kind && kind !== "text") last.lines.push(content);
    else result.push({ kind, lines: [content] });
  }
  return result;
}
