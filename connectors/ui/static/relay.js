// A protected citizen answers what a department asks, or adds something; it never meets them.

import { h } from "./dom.js";
import { moment } from "./format.js";
import { Refused } from "./session.js";

const LONGEST = 2000;
const KEPT_APART = "办理单位不知道您是谁。您写的先由派单员遮盖能认出您的内容，再转给办理单位。";

/** Return the questions with a form each, and a form to add something; `answer` sends it. */
export function questions(data, answer) {
  const asked = (data.questions ?? []).map((one) => question(one, data.hears ? answer : null));
  const more = data.hears && answer ? form("补充情况", "发送补充", (text) => answer(text, null)) : null;
  if (!asked.length && !more) return null;
  return h(
    "section",
    { class: "relay", "aria-label": "办理单位的提问" },
    ...asked,
    more,
    more ? h("p", { class: "hint" }, KEPT_APART) : null,
  );
}

function question(one, answer) {
  return h(
    "div",
    { class: "reply" },
    h(
      "h4",
      {},
      `${one.department ?? "办理单位"}想问您 `,
      h("time", { datetime: one.at }, moment(one.at)),
    ),
    h("p", {}, one.text),
    one.answered
      ? h("p", { class: "hint" }, "✓ 您已回答")
      : answer
        ? form("您的回答", "发送回答", (text) => answer(text, one.id))
        : null,
  );
}

function form(label, does, send) {
  const field = h("textarea", { rows: 3, maxlength: LONGEST, "aria-label": label });
  const submit = h("button", { type: "submit", class: "secondary" }, does);
  const says = h("p", { class: "refusal", role: "status" });
  const element = h(
    "form",
    { class: "relay-form", novalidate: true },
    h("label", { class: "field" }, h("span", {}, label), field),
    submit,
    says,
  );
  element.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) {
      says.textContent = "请先写上内容。";
      field.focus();
      return;
    }
    submit.disabled = true;
    submit.textContent = "正在发送";
    try {
      await send(text);
    } catch (error) {
      says.textContent =
        error instanceof Refused ? error.message : "网络不通，内容还在这里，请检查网络后再发。";
      submit.disabled = false;
      submit.textContent = does;
    }
  });
  return element;
}
