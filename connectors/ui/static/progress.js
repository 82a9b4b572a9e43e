// The progress page: number and code in a form, never in the address.

import { appealActs } from "./appeal-acts.js";
import { progress } from "./cards.js";
import { h } from "./dom.js";
import { Refused, call } from "./session.js";

const form = document.getElementById("question");
const says = document.getElementById("says");

function refuse(text) {
  says.replaceChildren(h("p", { class: "refusal" }, text));
}

/** Return what sends an answer under the number and code that were just shown. */
function answering({ number, code }) {
  return async (_number, text, question, redraw) => {
    const body = { number, code, text, question };
    redraw((await call("POST", "/api/progress/answers", { body })).card.data);
  };
}

/** Show how the appeal stands, what may be done to it, and what has just been done. */
async function show(asked, done = null) {
  const { card } = await call("POST", "/api/progress", { body: asked });
  // The digits of a phone open the progress only: acting needs the code.
  const acts = asked.code.replace(/\s/g, "").length > 4
    ? appealActs(card.data, asked, (said) => show(asked, said))
    : null;
  says.replaceChildren(
    ...[
      done ? h("p", { class: "done", role: "status" }, done) : null,
      progress(card.data, { answer: answering(asked) }),
      acts,
    ].filter((part) => part !== null),
  );
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = Object.fromEntries(
    [...new FormData(form)].map(([name, value]) => [name, value.trim()]),
  );
  const missing = [...form.elements].find((field) => field.name && !field.value.trim());
  if (missing) {
    refuse(missing.name === "number" ? "请填写诉求编号。" : "请填写查询码。");
    missing.focus();
    return;
  }
  const submit = form.querySelector("button");
  submit.disabled = true;
  submit.textContent = "正在查询";
  try {
    await show(body);
  } catch (error) {
    refuse(error instanceof Refused ? error.message : "网络不通，请检查网络后再试。");
  } finally {
    submit.disabled = false;
    submit.textContent = "查询";
  }
});
