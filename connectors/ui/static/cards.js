// What is said with more than words: one function for each type of card.

import { button, h } from "./dom.js";
import { blocks, day, moment } from "./format.js";
import { guideBody } from "./guide.js";
import { questions } from "./relay.js";
import { bundle, bundleHint, checklist, next, notice } from "./offers.js";

/** The sides of a guide, in the order people ask for them: chip, and the question it asks. */
const FACETS = [
  ["process", "流程", "怎么办"],
  ["materials", "材料", "需要什么材料"],
  ["fee", "费用", "要多少钱"],
  ["time_limit", "时限", "要多长时间"],
  ["location", "去哪办", "在哪里办"],
  ["online", "网上办", "能在网上办吗"],
  ["legal_basis", "依据", "有什么法律依据"],
  ["conditions", "条件", "要什么条件"],
  ["validity", "有效期", "有效期多久"],
  ["result", "结果", "办好了拿到什么"],
];

/** Return the card as an element; `does` is { say, rate, isLatestGuide }. */
export function card({ type, data }, does, entry) {
  const make = { guide, policy, ticket, progress, emergency, handover, notice, checklist, bundle, bundle_hint: bundleHint }[type];
  return make ? make(data, does, entry) : null;
}

/** Text as paragraphs and lists. */
export function prose(text) {
  return blocks(text).map(({ kind, lines }) => {
    if (kind === "text") return h("p", {}, lines[0]);
    const items = lines.map((line) => h("li", {}, line));
    return h(kind === "steps" ? "ol" : "ul", {}, ...items);
  });
}

function guide(data, does, entry) {
  const current = data.facet ?? "process";
  return h(
    "section",
    { class: "card guide", "aria-label": data.title },
    h("h3", {}, data.title),
    ...guideBody(withoutTitle(data)),
    facetChips(data, current, does),
    next(data, does),
    sourceLine(data),
    ratingLine(entry, does),
  );
}

/** A policy answer, or a clause quoted word for word. */
function policy(data, does, entry) {
  const ends = data.valid_to ? `，至${day(data.valid_to)}` : "";
  const since = data.valid_from ? `${day(data.valid_from)}起有效${ends}` : "";
  const laws = data.laws?.length ? h("p", {}, `依据：${data.laws.join("、")}`) : null;
  return h(
    "section",
    { class: "card guide policy", "aria-label": data.title },
    h("p", { class: "state" }, data.kind_label),
    h("h3", {}, data.title),
    ...guideBody(withoutTitle(data)),
    h("div", { class: "source" }, h("p", {}, `来源：${data.source}。${since}`), laws),
    ratingLine(entry, does),
  );
}

/** The card's head names the matter: the text need not say it again. */
function withoutTitle({ title, text }) {
  return text.startsWith(`${title}\n`) ? text.slice(title.length).trimStart() : text;
}

function facetChips(data, current, does) {
  const covered = new Set(data.facets.map((facet) => facet.name));
  const chips = FACETS.filter(([name]) => covered.has(name)).map(([name, label, question]) => {
    if (name === current) return h("span", { class: "chip", "aria-current": "true" }, label);
    const ask = () =>
      does.say(does.isLatestGuide(data.code) ? `那${question}` : `${data.title}${question}`);
    return button(label, ask, { class: "chip" });
  });
  return h("div", { class: "chips", role: "group", "aria-label": "接着问" }, ...chips);
}

function sourceLine(data) {
  const version = `第${data.version}版，${day(data.valid_from)}起有效`;
  const laws = data.laws?.length
    ? h("details", {}, h("summary", {}, "相关依据"), h("ul", {}, ...data.laws.map((law) => h("li", {}, law))))
    : null;
  return h(
    "div",
    { class: "source" },
    h("p", {}, `来源：${data.source}。${version}`),
    laws,
  );
}

function ratingLine(entry, does) {
  const line = h("div", { class: "rating" });
  const thanks = (useful) =>
    line.replaceChildren(
      h("span", { role: "status" }, useful ? "谢谢，已记下「有用」。" : "已记下「没解决」。换个说法再问，或回复「人工」找坐席。"),
    );
  if (entry.useful !== null && entry.useful !== undefined) thanks(entry.useful);
  else {
    const rate = (useful) => () => {
      does.rate(entry.seq, useful);
      thanks(useful);
    };
    line.append(
      button("有用", rate(true), { class: "quiet" }),
      button("没解决", rate(false), { class: "quiet" }),
    );
  }
  return line;
}

function ticket(data, does) {
  const copied = h("span", { class: "copied", role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(`诉求编号 ${data.number}，查询码 ${data.query_code}`);
      copied.textContent = "已复制";
    } catch {
      copied.textContent = "请手工抄下编号和查询码";
    }
  };
  return h(
    "section",
    { class: "card ticket", "aria-label": "登记成功" },
    h("p", { class: "state" }, `✓ 已登记 · ${data.state_label}`),
    pairs([
      ["诉求编号", h("strong", { class: "figures" }, data.number)],
      ["查询码", h("strong", { class: "figures" }, data.query_code)],
      data.further?.length ? ["第1件", data.part] : ["承办单位", data.department],
      ...(data.further?.length ? [["承办单位", data.department]] : []),
      ["办结时限", due(data)],
      ...(data.further ?? []).flatMap((one, index) => [
        [`第${index + 2}件`, one.text],
        ["承办单位", one.department],
        ["办结时限", due(one)],
      ]),
    ]),
    h(
      "div",
      { class: "actions" },
      button("复制编号和查询码", copy, { class: "secondary" }),
      button("查进度", () => does.say(`查进度 ${data.number}`), { class: "secondary" }),
      copied,
    ),
  );
}

function due(data) {
  if (!data.due_at) return "由派单员确定后告知";
  const when = h("span", { class: "figures" }, `${moment(data.due_at)}前`);
  const mark = data.provisional
    ? h("small", { class: "provisional" }, "暂定：这一年的放假安排公布后再核定")
    : null;
  if (!data.derivation?.length) return h("div", {}, when, mark);
  const steps = data.derivation.map((line) => h("li", {}, line));
  return h("details", {}, h("summary", { title: "怎么算出来的" }, when), h("ol", {}, ...steps), mark);
}

/** Also used by the progress page, without a chat around it; `does.answer` sends what is said. */
export function progress(data, does) {
  const answer = does?.answer ? (text, question) => does.answer(data.number, text, question, redraw) : null;
  let element = null;
  const redraw = (fresh) => {
    const next = progress(fresh, does);
    element.replaceWith(next);
    next.querySelector("h3").setAttribute("tabindex", "-1");
    next.querySelector("h3").focus();
  };
  const stages = data.stages.map((stage) =>
    h("li", {}, h("span", { class: "stage" }, stage.label), h("time", { datetime: stage.at }, moment(stage.at))),
  );
  element = h(
    "section",
    { class: "card progress", "aria-label": `诉求 ${data.number} 的进度` },
    h("h3", {}, "诉求 ", h("span", { class: "figures" }, data.number)),
    pairs([
      ["工单", data.parts?.length ? h("span", { class: "figures" }, data.ticket_no) : null],
      ["反映的问题", data.part ?? null],
      // Of a declined one it is who to turn to; that is said with the reason.
      ["承办单位", data.declined_because ? null : (data.department ?? "正在确定")],
      ["办结时限", data.due_at && !data.reply && !data.over ? due(data) : null],
      ["承诺办结", data.promised_until ? `${moment(data.promised_until)}前（原时限照常计算）` : null],
    ]),
    data.asked ? h("div", { class: "reply" }, h("h4", {}, "请您补充"), ...prose(data.asked)) : null,
    h("ol", { class: "stages" }, ...stages),
    outcome(data),
    ...(data.parts ?? []).map(part),
    ...(data.earlier ?? []).map((one) =>
      h(
        "div",
        { class: "reply" },
        h("h4", {}, "此前的答复 ", h("time", { datetime: one.at }, moment(one.at))),
        ...prose(one.text),
      ),
    ),
    questions(data, answer),
  );
  return element;
}

/** What came of it: a reply, why it is not taken, or that nobody has answered yet. */
function outcome(data) {
  if (data.reply) return h("div", { class: "reply" }, h("h4", {}, "承办单位答复"), ...prose(data.reply));
  if (data.declined_because) {
    const where = data.department ? `请您向${data.department}反映。` : "";
    const because = prose(data.declined_because);
    return h("div", { class: "reply" }, h("h4", {}, "不予受理的理由"), ...because, h("p", {}, where));
  }
  if (data.over) return null;
  return h("p", { class: "hint" }, "还没有答复。承办单位答复后，在这里可以看到。");
}

/** A further part of an appeal that another department handles. */
function part(data) {
  return h(
    "div",
    { class: "reply" },
    h("h4", {}, `工单${data.ticket_no}：${data.department ?? "正在确定承办单位"}（${data.state}）`),
    ...(data.text ? [h("p", { class: "hint" }, data.text)] : []),
    ...(data.reply ? prose(data.reply) : [due(data)]),
  );
}

function emergency(data) {
  const dial = /^\d{3,12}$/.test(data.line)
    ? h("a", { class: "dial", href: `tel:${data.line}` }, `拨打 ${data.line}`, h("small", {}, data.name))
    : h("p", { class: "dial" }, data.name);
  return h(
    "section",
    { class: "card emergency", role: "alert", "aria-label": "紧急情况" },
    h("p", { class: "state" }, "⚠ 紧急情况"),
    dial,
    h("ul", {}, ...data.instructions.map((line) => h("li", {}, line))),
  );
}

function handover(data) {
  return h("section", { class: "card handover", role: "status" }, h("p", {}, data.hint));
}

function pairs(rows) {
  const shown = rows.filter(([, value]) => value !== null && value !== undefined);
  return h("dl", {}, ...shown.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}
