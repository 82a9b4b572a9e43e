// Everything that can be done in one go, as a list to choose from.

import { h } from "./dom.js";
import { Refused, call } from "./session.js";

const place = document.getElementById("bundles");

function line({ code, title, summary, steps }) {
  return h(
    "li",
    {},
    h("a", { href: `/bundles/${code}` }, title),
    h("span", { class: "count" }, `最多 ${steps} 件`),
    h("p", {}, summary),
  );
}

function show(bundles) {
  place.replaceChildren(
    h("h1", {}, "一件事一次办"),
    h("p", { class: "lead" }, "选您要办的事，回答几个问题，就知道要办哪几件、先办哪件、一共带什么。"),
    h("ul", { class: "choose" }, ...bundles.map(line)),
  );
}

try {
  show(await call("GET", "/api/bundles"));
} catch (error) {
  const text = error instanceof Refused ? error.message : "网络不通，请检查网络后刷新页面。";
  place.replaceChildren(h("p", { class: "refusal" }, text));
}
place.removeAttribute("aria-busy");
