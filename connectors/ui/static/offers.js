// What is offered beside answers: the notice, the checklist, a whole event in life.

import { button, h } from "./dom.js";

const MARKS = { held: "✓", missing: "○", deferrable: "△", commitment: "△", only_if: "·" };

/** The row of what may come next after an answer on a matter. */
export function next(data, does) {
  if (!data.links?.length) return null;
  const guide = data.guided
    ? button("问我几个问题，看我要带什么", () => does.say(`${data.title}，问我几个问题`), { class: "chip" })
    : null;
  const check = button("核对材料还差什么", () => does.say(`${data.title}还差什么材料`), { class: "chip" });
  return h("div", { class: "chips next", role: "group", "aria-label": "接下来" }, guide, ...links(data), check);
}

/** The one-time notice: what to bring, and where the whole is read and printed. */
export function notice(data) {
  const list = data.documents.map((name) => h("li", {}, name));
  const mine = data.case !== undefined;
  const title = mine ? `${data.title} 您的一次性告知书` : `${data.title} 一次性告知书`;
  const ends = data.ends ?? [];
  return h(
    "section",
    { class: "card offer", "aria-label": title },
    h("h3", {}, title),
    ...part("按您说的", data.case ? [data.case] : []),
    ...part("您这种情况", ends),
    ...(ends.length ? [] : needed(list)),
    ...(ends.length ? [] : part("不用带的", data.dropped ?? [])),
    ...(ends.length ? [] : part("看情况带的", data.open ?? [])),
    ...(ends.length ? [] : part("您这种情况还要知道", data.quotes ?? [])),
    h("div", { class: "chips next" }, ...links(data)),
  );
}

function needed(list) {
  if (!list.length) return [h("p", {}, "办事指南没有列出材料，请打开全文查看。")];
  return [h("h4", {}, `要带的材料（${list.length}样）`), h("ul", { class: "checklist" }, ...list)];
}

function part(title, texts) {
  return texts.length ? [h("h4", {}, title), ...texts.map((text) => h("p", {}, text))] : [];
}

/** Each document and how it stands: a mark, its name, the word for it. */
export function checklist(data) {
  const line = ({ name, standing, label, when }) =>
    h(
      "li",
      { class: standing },
      h("span", { class: "mark", "aria-hidden": "true" }, MARKS[standing]),
      h("span", {}, name, h("small", {}, standing === "only_if" && when ? `${label}：${when}` : label)),
    );
  const missing = data.items.some((item) => item.standing === "missing");
  const verdict = missing ? "还有必须当场交的材料没备齐。" : "必须当场交的材料已经齐了，可以去办。";
  return h(
    "section",
    { class: "card offer", "aria-label": `${data.title} 材料核对` },
    h("h3", {}, `${data.title} 材料核对`),
    data.items.length ? h("p", { class: "verdict" }, verdict) : h("p", {}, "办事指南没有写明要哪些材料，请拨打12345核实。"),
    h("ul", { class: "standings" }, ...data.items.map(line)),
    data.items.length ? h("p", { class: "hint" }, "手上有哪些，直接说，比如“身份证、户口本有了”。") : null,
    h("div", { class: "chips next" }, ...links(data)),
  );
}

/** A whole event: its steps in order, each to be asked for, and what is carried once. */
export function bundle(data, does) {
  return h(
    "section",
    { class: "card offer", "aria-label": `${data.title} 一件事一次办` },
    h("h3", {}, `${data.title} 一件事一次办`),
    h("p", { class: "lead" }, data.summary),
    h("h4", {}, "按顺序办这几件"),
    h("ol", { class: "steps" }, ...data.steps.map((one) => step(one, does))),
    ...(data.shared.length ? [h("h4", {}, "几件事都要、只备一份的材料"), h("p", {}, data.shared.join("、"))] : []),
    ...(data.joint.length ? [h("h4", {}, "可以一起办"), ...data.joint.map((text) => h("p", {}, text))] : []),
    data.depends ? h("p", { class: "hint" }, "标“看情况”的不一定都要办。") : null,
    h("div", { class: "chips next" }, ...links(data)),
  );
}

/** That a matter belongs to a bundle. */
export function bundleHint(data) {
  return h(
    "p",
    { class: "bubble" },
    "这件事属于“一件事一次办”，可以一起办：",
    ...data.links.map((link) => h("a", { class: "inline", href: link.href, target: "_blank" }, link.label)),
  );
}

function step({ title, why, depends, written }, does) {
  const name = written
    ? button(title, () => does.say(title), { class: "quiet step" })
    : h("b", {}, title);
  return h("li", {}, name, h("small", {}, depends ? `${why}（看情况）` : why));
}

function links(data) {
  return data.links.map((link) => h("a", { class: "chip", href: link.href, target: "_blank" }, link.label));
}
