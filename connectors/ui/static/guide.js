// A guide's answer as it is read: the one sentence, then each side under its name.

import { h } from "./dom.js";

const HEADING = /^【(.+)】$/;
const NUMBERED = /^\d{1,2}[.、]\s*/;
const BASIS = /（依据：[^）]+）/;
const ADDRESS = /(https?:\/\/[^\s，。；）]+)/;
const LOCAL = "各地不同：";

/** Return the elements of a guide's text; lists under `checklistUnder` are things to tick off. */
export function guideBody(text, checklistUnder = "申请材料") {
  const elements = [];
  let heading = null;
  let list = null;
  for (const line of text.split("\n").map((one) => one.trim())) {
    const named = HEADING.exec(line);
    if (named) {
      heading = named[1];
      list = null;
      elements.push(h("h4", {}, heading));
    } else if (NUMBERED.test(line)) {
      if (list === null) {
        const checklist = heading === checklistUnder;
        list = checklist ? h("ul", { class: "checklist" }) : h("ol");
        elements.push(list);
      }
      list.append(listItem(line.replace(NUMBERED, "")));
    } else if (line) {
      list = null;
      const kind = heading === null ? "lead" : line.startsWith(LOCAL) ? "local" : null;
      elements.push(h("p", { class: kind }, ...withLinks(line)));
    }
  }
  return elements;
}

/** `name：details（依据：…）`: the name stands out, the law stands back. */
function listItem(line) {
  const { said, basis } = cut(line);
  const colon = said.indexOf("：");
  const name = colon > 0 ? said.slice(0, colon) : said;
  const details = colon > 0 ? said.slice(colon + 1) : "";
  const parts = details ? [h("b", {}, name), h("span", { class: "details" }, details)] : [name];
  return h("li", {}, ...parts, basis);
}

function withLinks(line) {
  const { said, basis } = cut(line);
  const parts = said.split(ADDRESS).map((part) =>
    ADDRESS.test(part) ? h("a", { href: part, target: "_blank", rel: "noopener noreferrer" }, part) : part,
  );
  return [...parts, basis];
}

function cut(line) {
  const found = BASIS.exec(line);
  if (!found) return { said: line, basis: null };
  const said = line.slice(0, found.index) + line.slice(found.index + found[0].length);
  return { said, basis: h("small", { class: "basis" }, found[0].slice(1, -1)) };
}
