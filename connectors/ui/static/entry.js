// One thing said, as it stands in the log: text, cards, choices, the time.

import { card, prose } from "./cards.js";
import { button, h } from "./dom.js";
import { clock } from "./format.js";

/** These cards say everything that the text says; the text is for channels without cards. */
const TELLS_ALL = new Set([
  "guide", "policy", "ticket", "progress", "emergency", "handover", "notice", "checklist", "bundle", "bundle_hint",
]);

/** Return the element of an entry; `does` is { say, rate, isLatestGuide }. */
export function entryElement(entry, does) {
  const cards = entry.cards.map((one) => card(one, does, entry)).filter(Boolean);
  const text = entry.cards.some((one) => TELLS_ALL.has(one.type)) ? "" : plain(entry);
  const bubble = text
    ? h("div", { class: "bubble" }, ...(entry.author === "citizen" ? [text] : prose(text)))
    : null;
  return h(
    "div",
    { class: `entry ${entry.author}` },
    entry.author === "operator" ? h("p", { class: "who" }, "人工坐席") : null,
    bubble,
    ...cards,
    choices(entry, does),
    entry.author === "system" ? null : when(entry),
  );
}

/** Return the time at which something was said. */
export function when(entry) {
  return h("time", { class: "at", datetime: entry.at }, clock(entry.at));
}

function choices(entry, does) {
  // A bundle's card names its steps itself: they are the choices.
  if (!entry.choices.length || entry.cards.some((one) => one.type === "bundle")) return null;
  const buttons = entry.choices.map((choice, index) =>
    button(`${index + 1}. ${choice.label}`, () => does.say(choice.value), { class: "choice" }),
  );
  return h("div", { class: "choices", role: "group", "aria-label": "选一项" }, ...buttons);
}

/** The text without the numbered lines that are buttons below it. */
function plain(entry) {
  const labels = new Set(entry.choices.map((choice, index) => `${index + 1}. ${choice.label}`));
  return entry.text
    .split("\n")
    .filter((line) => !labels.has(line.trim()))
    .join("\n");
}
