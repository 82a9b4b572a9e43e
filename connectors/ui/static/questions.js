// Short questions with answers to pick, each shown only while earlier answers leave it open.

import { h } from "./dom.js";

/**
 * Return the section of questions; `answers` is the Map they are kept in, by key of the question.
 * A question is { key, text, note, asked_when, answers: [{ value, label }] }; a value of null
 * leaves it open. `answered` is called after each change.
 */
export function questionSection(title, questions, answers, answered) {
  const fields = questions.map((of) => ({ of, element: field(of, answers, () => changed()) }));
  const unhide = () => {
    for (const { element, of } of fields) element.hidden = !isAsked(of, questions, answers);
  };
  const changed = () => {
    unhide();
    answered();
  };
  unhide();
  return h("section", { class: "questions" }, h("h2", {}, title), ...fields.map((one) => one.element));
}

/** A question hangs on earlier answers, and they on theirs. */
export function isAsked(of, questions, answers) {
  return Object.entries(of.asked_when).every(([key, wanted]) => {
    const said = answers.get(key);
    const fits = Array.isArray(wanted) ? wanted.includes(said) : said === wanted;
    return fits && isAsked(questions.find((one) => one.key === key), questions, answers);
  });
}

function field(of, answers, changed) {
  const choice = ({ value, label }) => {
    const pick = () => {
      if (value === null) answers.delete(of.key);
      else answers.set(of.key, value);
      changed();
    };
    const checked = value !== null && answers.get(of.key) === value;
    return h(
      "label",
      { class: "choice" },
      h("input", { type: "radio", name: of.key, checked, onchange: pick }),
      h("span", {}, label),
    );
  };
  return h(
    "fieldset",
    {},
    h("legend", {}, of.text),
    of.note ? h("small", {}, of.note) : null,
    h("div", { class: "answers" }, ...of.answers.map(choice)),
  );
}
