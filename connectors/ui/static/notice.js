// The one-time notice: what to bring as a list to tick; what is still missing is said at once.

import { h, button } from "./dom.js";
import { day } from "./format.js";
import { questionSection } from "./questions.js";
import { Refused, call } from "./session.js";

const place = document.getElementById("notice");
const path = location.pathname.replace(/\/$/, "");
const held = new Set();
const cases = new Set();
const answers = new Map(); // key of the answer by key of the question
const listed = h("div", { class: "listed" });
const says = h("p", { class: "verdict", role: "status" });
const print = h("a", { class: "tool", target: "_blank" }, "打印（PDF）");
let asking = 0;
let dropped = []; // numbers of the documents that fall away in this case

function show(notice) {
  document.title = `${notice.title} 一次性告知 · 12345 热线助手`;
  const materials = notice.parts.find((part) => part.to_tick);
  const others = notice.parts.filter((part) => part !== materials);
  const shown = [
    h("h1", {}, notice.title),
    h("p", { class: "lead" }, notice.summary),
    tools(),
    notice.questions.length ? questions(notice, materials) : null,
    materials ? listed : null,
    ...others.map(section),
    notice.missing ? h("p", { class: "silent" }, notice.missing) : null,
    h("p", { class: "source" }, sourceOf(notice)),
    notice.demo ? h("p", { class: "source" }, "演示城市的数据，不能作为办事依据。") : null,
  ];
  place.replaceChildren(...shown.filter(Boolean));
  place.removeAttribute("aria-busy");
  if (materials) list(notice, materials, notice.selection);
}

/** The questions that tell one citizen's case; every answer lists the documents anew. */
function questions(notice, materials) {
  const asked = notice.questions.map((one) => ({
    ...one,
    answers: [...one.answers.map(({ key, label }) => ({ value: key, label })), { value: null, label: "不清楚" }],
  }));
  for (const [key, value] of Object.entries(notice.selection?.answers ?? {})) answers.set(key, value);
  return questionSection("答几个问题，只列您要带的", asked, answers, () => select(notice, materials));
}

async function select(notice, materials) {
  asking += 1;
  const mine = asking;
  listed.setAttribute("aria-busy", "true");
  try {
    const body = { answers: Object.fromEntries(answers) };
    const selection = await call("POST", `/api${path}/selection`, { body });
    if (mine === asking) list(notice, materials, answers.size ? selection : null); // a later answer may have overtaken it
  } catch (error) {
    if (mine !== asking) return;
    const text = error instanceof Refused ? error.message : "网络不通，暂时选不出来，请稍后再选一次。";
    listed.replaceChildren(h("p", { class: "refusal" }, text));
  }
  listed.removeAttribute("aria-busy");
}

/** Show the documents of this case, or all of them where nothing was answered. */
function list(notice, materials, selection) {
  const query = selection?.case ? `?for=${selection.case}` : "";
  print.href = `${path}/notice.pdf${query}`;
  print.dataset.query = query;
  listed.replaceChildren(...(selection ? ofCase(notice, materials, selection) : [documents(notice, materials)]));
}

function ofCase(notice, materials, selection) {
  const lines = (texts) => texts.map((text) => h("p", {}, text));
  const part = (title, ...children) => (children.length ? h("section", {}, h("h2", {}, title), ...children) : null);
  const shown = [part("按您说的", ...lines(selection.situation ? [selection.situation] : []))];
  if (selection.switch) {
    const { code, title, why } = selection.switch;
    shown.push(part("您要办的是另一件事", h("p", {}, `${why}。`), h("p", {}, h("a", { href: `/guides/${code}` }, title))));
  } else if (selection.ends.length) {
    shown.push(part(selection.ends_label, ...lines(selection.ends), h("p", {}, "情况特殊的，可以拨打12345核实。")));
  } else {
    shown.push(
      documents(notice, materials, new Set([...selection.needed, ...selection.open]), new Set(selection.open)),
      part("不用带的", ...lines(selection.dropped)),
      part("您这种情况还要知道", ...lines(selection.quotes)),
    );
  }
  return shown.filter(Boolean);
}

function sourceOf({ source, version, valid_from }) {
  return `来源：${source}。第${version}版，${day(valid_from)}起有效。`;
}

function tools() {
  const done = h("span", { role: "status" });
  const copy = async () => {
    try {
      const answer = await fetch(`/api${path}/notice.txt${print.dataset.query ?? ""}`);
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
    print,
    button("复制全文", copy, { class: "tool" }),
    done,
  );
}

/** The documents to tick off; `only`: their numbers, `open`: those that depend on the case. */
function documents(notice, part, only = null, open = null) {
  const numbered = part.lines.filter((line) => /^\d{1,2}\. /.test(line.text));
  const mine = notice.documents.filter((one) => only === null || only.has(one.number));
  const settled = (one) => only !== null && !open.has(one.number);
  cases.clear();
  dropped = notice.documents.filter((one) => !mine.includes(one)).map((one) => one.number);
  for (const one of mine) if (settled(one) && one.required_when) cases.add(one.number);
  const items = mine.map((one) => tickable(one, numbered[one.number - 1], settled(one)));
  const rest = part.lines.filter((line) => !numbered.includes(line));
  says.textContent = "勾选您已有的材料，这里会告诉您还缺什么。";
  says.classList.remove("complete");
  return h(
    "section",
    {},
    h("h2", {}, only === null ? part.label : `您要带的材料（${mine.length}样）`),
    h("ul", { class: "documents" }, ...items),
    items.length ? says : null,
    ...rest.map(line),
  );
}

function tickable(one, rendered, settled) {
  const checked = held.has(one.number);
  const box = h("input", { type: "checkbox", checked, onchange: (event) => tick(held, one.number, event) });
  const own = one.required_when && !settled
    ? h(
        "label",
        { class: "case" },
        h("input", { type: "checkbox", onchange: (event) => tick(cases, one.number, event) }),
        `我是这种情形：${one.required_when}`,
      )
    : null;
  const text = rendered.text.replace(/^\d{1,2}\. /, "");
  return h("li", {}, h("label", {}, box, h("span", {}, text)), basis(rendered), own);
}

async function tick(set, number, event) {
  if (event.target.checked) set.add(number);
  else set.delete(number);
  try {
    const body = { held: [...held].filter((number) => !dropped.includes(number)), cases: [...cases], dropped };
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
  show(await call("GET", `/api${path}${location.search}`));
} catch (error) {
  const text = error instanceof Refused ? error.message : "网络不通，请检查网络后刷新页面。";
  place.replaceChildren(h("p", { class: "refusal" }, text));
  place.removeAttribute("aria-busy");
}
