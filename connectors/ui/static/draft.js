// The appeal as it fills itself while the citizen talks. Every field can be tapped and changed.

import { button, h } from "./dom.js";
import { PhotoStrip } from "./photos.js";

const FIELDS = [
  { name: "what", label: "反映的问题", empty: "还没有说", long: true },
  { name: "where", label: "地点", empty: "还没有说" },
  { name: "when", label: "时间", empty: "没有说，可以不填" },
  { name: "contact", label: "联系电话", empty: "还没有留", type: "tel" },
];
const PLACEHOLDER = /\[[^\]\d]+\d+\]/g;

export class DraftPanel {
  /** `does` is { edit(changes), say(text) }. */
  constructor(does) {
    this.does = does;
    this.draft = null;
    this.department = null;
    this.editing = null;
    this.cancelling = false; // asked whether to cancel, not answered yet
    this.photos = new PhotoStrip();
    this.element = h("aside", { class: "draft", "aria-label": "诉求登记单", hidden: true });
  }

  /** Nothing is drawn anew under what is being written or decided. */
  get still() {
    return this.editing !== null || this.cancelling;
  }

  /** Show the draft; a field that is being written in stays as it is. */
  show(draft) {
    const before = this.draft;
    this.draft = draft;
    this.element.hidden = draft === null;
    this.photos.show(draft);
    if (draft === null) {
      this.editing = null;
      this.cancelling = false;
      this.department = null;
      this.element.replaceChildren();
    } else if (!this.still && JSON.stringify(before) !== JSON.stringify(draft)) {
      this.render(before);
    }
  }

  showDepartment(name) {
    if (name === this.department) return;
    this.department = name;
    if (this.draft !== null && !this.still) this.render(this.draft);
  }

  render(before = null) {
    const filled = FIELDS.filter((field) => this.value(field)).length;
    const open = this.opens(before);
    const title = h(
      "summary",
      {},
      h("span", { class: "draft-title" }, `登记单 · ${this.draft.kind_label}`),
      h("span", { class: "draft-count" }, `已填 ${filled}/${FIELDS.length} 项`),
    );
    const rows = FIELDS.map((field) => this.row(field, before));
    const focused = this.element.getRootNode().activeElement?.dataset?.field;
    this.element.replaceChildren(
      h("details", { open }, title, h("div", { class: "rows" }, ...rows), this.photos.element, this.notes(), this.actions()),
    );
    // Drawn anew under the fingers: whoever goes by keyboard stays where they were.
    if (focused) this.focus({ name: focused });
  }

  /** On a phone the form stays folded while they talk, and opens for the last look. */
  opens(before) {
    const shown = this.element.querySelector("details");
    const narrow = matchMedia("(max-width: 860px)").matches;
    const lastLook = this.draft.asking === "confirm" && before?.asking !== "confirm";
    return lastLook || (shown ? shown.open : !narrow);
  }

  value(field) {
    if (field.name === "contact" && this.draft.contact_refused) return "不留电话，匿名登记";
    const value = this.draft[field.name];
    if (!value) return null;
    if (field.name === "contact") return "已留下，加密保存";
    const shown = value.replace(PLACEHOLDER, "（号码已隐去）");
    const district = field.name === "where" ? this.draft.district : null;
    return district && !shown.includes(district) ? `${district} · ${shown}` : shown;
  }

  row(field, before) {
    const value = this.value(field);
    const fresh = before !== null && before[field.name] !== this.draft[field.name];
    return h(
      "button",
      {
        type: "button",
        class: fresh ? "row fresh" : "row",
        "data-field": field.name,
        "aria-label": `${field.label}：${value ?? field.empty}。点按修改`,
        onclick: () => this.edit(field),
      },
      h("span", { class: "row-label" }, field.label),
      h("span", { class: value ? "row-value" : "row-value empty" }, value ?? field.empty),
      h("span", { class: "row-edit", "aria-hidden": "true" }, value ? "改" : "填"),
    );
  }

  notes() {
    const lines = [];
    if (this.draft.parts?.length > 1 && !this.draft.joined) {
      lines.push(`分成${this.draft.parts.length}张工单办理，要合在一起请说「合并」：`);
      this.draft.parts.forEach((part, index) => {
        const said = part.text.replace(PLACEHOLDER, "（号码已隐去）");
        lines.push(`第${index + 1}件：${said}（转${part.department ?? "派单员确定的单位"}）`);
      });
    } else if (this.department) lines.push(`拟转：${this.department}`);
    if (this.draft.confidential) lines.push("您的身份单独加密保管，承办单位看不到。");
    lines.push(
      this.draft.asking === "confirm"
        ? "还没有提交。请核对，没问题点「确认提交」。"
        : "您边说我边填，哪一项都可以点开改。填好后请您核对。",
    );
    return h("div", { class: "notes" }, ...lines.map((line) => h("p", {}, line)));
  }

  actions() {
    const ready = this.draft.asking === "confirm";
    const submit = button("确认提交", () => this.does.say("确认"), {
      class: "primary",
      "data-submit": true,
      disabled: !ready,
    });
    const line = h("div", { class: "actions" }, submit);
    const cancel = button("取消登记", () => this.askCancel(line), { class: "quiet" });
    line.append(cancel);
    return line;
  }

  askCancel(line) {
    this.cancelling = true;
    const stay = () => {
      this.cancelling = false;
      this.render(this.draft);
    };
    const leave = () => {
      this.cancelling = false;
      this.does.say("取消登记");
    };
    const back = button("继续登记", stay, { class: "secondary" });
    const really = button("取消，不登记", leave, { class: "quiet" });
    line.replaceChildren(h("span", {}, "内容还没有提交，确定取消吗？"), back, really);
    back.focus();
  }

  edit(field) {
    this.editing = field.name;
    const known = field.name === "contact" ? "" : (this.draft[field.name] ?? "");
    const id = `draft-${field.name}`;
    const input = field.long
      ? h("textarea", { id, rows: 4, maxlength: 2000 })
      : h("input", { id, type: field.type ?? "text", maxlength: 200 });
    input.value = known;
    const save = () => {
      const value = input.value.trim();
      this.editing = null;
      this.render(this.draft);
      if (value && value !== known) this.does.edit({ [field.name]: value });
      this.focus(field);
    };
    const leave = () => {
      this.editing = null;
      this.render(this.draft);
      this.focus(field);
    };
    const keys = (event) => {
      if (event.key === "Escape") leave();
      if (event.key === "Enter" && !event.isComposing && (!field.long || event.ctrlKey)) {
        event.preventDefault();
        save();
      }
    };
    const form = h(
      "div",
      { class: "row editing", onkeydown: keys },
      h("label", { class: "row-label", for: id }, field.label),
      input,
      h("div", { class: "actions" }, button("保存", save, { class: "primary" }), button("不改", leave, { class: "quiet" })),
    );
    this.element.querySelector(`[data-field="${field.name}"]`).replaceWith(form);
    input.focus();
    form.scrollIntoView({ block: "nearest" });
  }

  focus(field) {
    this.element.querySelector(`[data-field="${field.name}"]`)?.focus();
  }
}
