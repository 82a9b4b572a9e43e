// The progress page: number and code in a form, never in the address.

import { progress } from "./cards.js";
import { h } from "./dom.js";
import { Refused, call } from "./session.js";

const form = document.getElementById("question");
const says = document.getElementById("says");

function refuse(text) {
  says.replaceChildren(h("p", { class: "refusal" }, text));
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
    const answer = await call("POST", "/api/progress", { body });
    says.replaceChildren(progress(answer.card.data));
  } catch (error) {
    refuse(error instanceof Refused ? error.message : "网络不通，请检查网络后再试。");
  } finally {
    submit.disabled = false;
    submit.textContent = "查询";
  }
});
