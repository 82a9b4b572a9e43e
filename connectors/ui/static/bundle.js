// One event in life: a few questions, then what to do in order and one list of what to bring.
// Answers stay in this page: they are sent to be worked out and kept nowhere.

import { h, button } from "./dom.js";
import { questionSection } from "./questions.js";
import { Refused, call } from "./session.js";

const place = document.getElementById("bundle");
const path = location.pathname.replace(/\/$/, "");
const answers = new Map();
const held = new Set(); // names of the documents that are ticked, kept while answers change
const result = h("div", { class: "plan", id: "plan" });
const says = h("p", { class: "verdict", role: "status" });
let bundle = null;
let asking = 0;

function show() {
  document.title = `${bundle.title} · 12345 热线助手`;
  const shown = [
    h("p", { class: "back" }, h("a", { href: "/bundles" }, "‹ 一件事一次办")),
    h("h1", {}, bundle.title),
    h("p", { class: "lead" }, bundle.summary),
    questions(),
    result,
    section("当地规定", h("p", {}, bundle.local)),
    section(
      "依据",
      ...bundle.facts.map((text) => h("p", {}, text)),
      h("p", {}, h("small", { class: "basis" }, bundle.basis)),
    ),
    bundle.demo ? h("p", { class: "source" }, "演示城市的数据，不能作为办事依据。") : null,
  ];
  place.replaceChildren(...shown.filter(Boolean));
  place.removeAttribute("aria-busy");
}

function questions() {
  const yesOrNo = [{ value: true, label: "是" }, { value: false, label: "不是" }];
  const asked = bundle.questions.map((one) => ({ ...one, answers: yesOrNo }));
  return questionSection("先回答几个问题", asked, answers, work);
}

function body() {
  return { answers: Object.fromEntries(answers) };
}

async function work() {
  asking += 1;
  const mine = asking;
  result.setAttribute("aria-busy", "true");
  try {
    const plan = await call("POST", `/api${path}/plan`, { body: body() });
    if (mine === asking) showPlan(plan); // a later answer may have overtaken this one
  } catch (error) {
    if (mine !== asking) return;
    const text = error instanceof Refused ? error.message : "网络不通，暂时算不出来，请稍后再选一次。";
    result.replaceChildren(h("p", { class: "refusal" }, text));
  }
  result.removeAttribute("aria-busy");
}

function showPlan(plan) {
  const shown = [
    plan.steps.length ? steps(plan) : null,
    plan.open_questions.length ? open(plan) : null,
    !plan.steps.length && !plan.open_questions.length ? h("p", {}, "按您的回答，这件事里没有要办的事项。") : null,
    plan.documents.length || plan.local.length || plan.unwritten ? documents(plan) : null,
    plan.joint.length ? section("可以一起办", ...plan.joint.map((text) => h("p", {}, text))) : null,
    plan.visits ? section("要跑几趟", h("p", {}, plan.visits)) : null,
    plan.steps.length ? tools() : null,
  ];
  result.replaceChildren(...shown.filter(Boolean));
}

function section(title, ...children) {
  return h("section", {}, h("h2", {}, title), ...children);
}

function steps(plan) {
  return section(`按顺序办这${plan.steps.length}件`, h("ol", { class: "steps" }, ...plan.steps.map(step)));
}

function step(one) {
  const { said, basis } = cut(one.due ?? "");
  const title = one.guide ? h("a", { href: `/guides/${one.matter}` }, one.title) : h("b", {}, one.title);
  return h(
    "li",
    {},
    title,
    h("p", {}, one.why),
    one.details.length ? h("p", { class: "details" }, one.details.join("；")) : null,
    said ? h("p", { class: "due" }, said, basis ? h("small", { class: "basis" }, basis) : null) : null,
  );
}

function cut(text) {
  const found = /（依据：([^）]|）(?!$))+）$/.exec(text);
  return found ? { said: text.slice(0, found.index), basis: found[0].slice(1, -1) } : { said: text, basis: "" };
}

function open(plan) {
  const line = ({ question, steps }) =>
    h("li", {}, h("b", {}, question), h("p", {}, `答了才知道要不要办：${steps.join("、")}。`));
  return section("看情况办", h("ul", { class: "open" }, ...plan.open_questions.map(line)));
}

function documents(plan) {
  tell(plan);
  return section(
    plan.documents_label,
    h("ul", { class: "documents" }, ...plan.documents.map((one) => tickable(one, plan))),
    plan.documents.length ? says : null,
    ...plan.local.map((text) => h("p", {}, text)),
    plan.unwritten ? h("p", { class: "silent" }, plan.unwritten) : null,
  );
}

function tickable(one, plan) {
  const tick = (event) => {
    if (event.target.checked) held.add(one.name);
    else held.delete(one.name);
    tell(plan);
  };
  const box = h("input", { type: "checkbox", checked: held.has(one.name), onchange: tick });
  return h(
    "li",
    {},
    h("label", {}, box, h("span", {}, h("b", {}, one.name))),
    h("small", { class: "basis" }, one.details.join("；")),
    one.basis ? h("small", { class: "basis law" }, `依据：${one.basis}`) : null,
  );
}

function tell(plan) {
  const wanted = plan.documents.filter((one) => one.to_bring && !one.conditional);
  const missing = wanted.filter((one) => !held.has(one.name)).map((one) => one.name);
  says.textContent = missing.length
    ? `还缺：${missing.join("、")}。`
    : "每次都要带的材料已经齐了；写明特定情形才要的，看看您是不是这种情形。";
  says.classList.toggle("complete", !missing.length);
}

function tools() {
  const done = h("span", { role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(await (await fetched("plan.txt")).text());
      done.textContent = "已复制，可以粘贴到微信";
    } catch {
      done.textContent = "没能复制，请长按文字选择";
    }
  };
  const print = async () => {
    done.textContent = "正在生成……";
    try {
      const url = URL.createObjectURL(await (await fetched("plan.pdf")).blob());
      h("a", { href: url, download: `${bundle.title} 一件事一次办.pdf` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      done.textContent = "已下载，可以打印";
    } catch {
      done.textContent = "没能生成，请稍后再试";
    }
  };
  return h(
    "p",
    { class: "tools" },
    button("下载清单（PDF）", print, { class: "tool" }),
    button("复制全文", copy, { class: "tool" }),
    done,
  );
}

async function fetched(name) {
  const answer = await fetch(`/api${path}/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body()),
    credentials: "omit",
  });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer;
}

try {
  bundle = await call("GET", `/api${path}`);
  show();
  await work();
} catch (error) {
  const text = error instanceof Refused ? error.message : "网络不通，请检查网络后刷新页面。";
  place.replaceChildren(h("p", { class: "refusal" }, text));
  place.removeAttribute("aria-busy");
}
