// The one-time notice: what to bring as a list to tick; what is still missing is said at once.

import { h, button } from "./dom.js";
import { day } from "./format.js";
import { Refused, call } from "./session.js";

const place = document.getElementById("notice");
const path = location.pathname.replace(/\/$/, "");
const held = new Set();
const cases = new Set();

function show(notice) {
  document.title = `${notice.title} 一次性告知 · 12345 热线助手`;
  const materials = notice.parts.find((part) => part.to_tick);
  const others = notice.parts.filter((part) => part !== materials);
  const shown = [
    h("h1", {}, notice.title),
    h("p", { class: "lead" }, notice.summary),
    tools(),
    materials ? documents(notice, materials) : null,
    ...others.map(section),
    notice.missing ? h("p", { class: "silent" }, notice.missing) : null,
    h("p", { class: "source" }, sourceOf(notice)),
    notice.demo ? h("p", { class: "source" }, "演示城市的数据，不能作为办事依据。") : null,
  ];
  place.replaceChildren(...shown.filter(Boolean));
  place.removeAttribute("aria-busy");
}

function sourceOf({ source, version, valid_from }) {
  return `来源：${source}。第${version}版，${day(valid_from)}起有效。`;
}

function tools() {
  const done = h("span", { role: "status" });
  const copy = async () => {
    try {
      const answer = await fetch(`/api${path}/notice.txt`);
      if (!answer.ok) throw new Error(answer.statusText);
      await navigator.clipboard.writeText(await answer.text());
      done.textContent = "已复制，可以粘贴到微信";
    } catch {
      done.textContent = "没能复制，请长按文字选择";
    }
  };
  return h(
    "p",
    { class: "tools" },
    h("a", { class: "tool", href: `${path}/notice.pdf`, target: "_blank" }, "打印（PDF）"),
    button("复制全文", copy, { class: "tool" }),
    done,
  );
}

function documents(notice, part) {
  const says = h("p", { class: "verdict", role: "status" }, "勾选您已有的材料，这里会告诉您还缺什么。");
  const listed = part.lines.filter((line) => /^\d{1,2}\. /.test(line.text));
  const items = notice.documents.map((one, index) => tickable(one, listed[index], says));
  const rest = part.lines.filter((line) => !listed.includes(line));
  return h(
    "section",
    {},
    h("h2", {}, part.label),
    h("ul", { class: "documents" }, ...items),
    items.length ? says : null,
    ...rest.map(line),
  );
}

function tickable(one, rendered, says) {
  const box = h("input", { type: "checkbox", onchange: (event) => tick(held, one.number, event, says) });
  const own = one.required_when
    ? h(
        "label",
        { class: "case" },
        h("input", { type: "checkbox", onchange: (event) => tick(cases, one.number, event, says) }),
        `我是这种情形：${one.required_when}`,
      )
    : null;
  const text = rendered.text.replace(/^\d{1,2}\. /, "");
  return h("li", {}, h("label", {}, box, h("span", {}, text)), basis(rendered), own);
}

async function tick(set, number, event, says) {
  if (event.target.checked) set.add(number);
  else set.delete(number);
  try {
    const body = { held: [...held], cases: [...cases] };
    const verdict = await call("POST", `/api${path}/checklist`, { body });
    says.textContent = verdict.sentence;
    says.classList.toggle("complete", verdict.may_apply);
  } catch (error) {
    says.textContent = error instanceof Refused ? error.message : "网络不通，暂时不能核对。";
  }
}

function section(part) {
  return h("section", {}, h("h2", {}, part.label), ...part.lines.map(line));
}

function line(one) {
  return h("p", {}, one.text, basis(one));
}

function basis(one) {
  return one.basis ? h("small", { class: "basis" }, one.basis) : null;
}

try {
  show(await call("GET", `/api${path}`));
} catch (error) {
  const text = error instanceof Refused ? error.message : "网络不通，请检查网络后刷新页面。";
  place.replaceChildren(h("p", { class: "refusal" }, text));
  place.removeAttribute("aria-busy");
}
