// <hotline-chat>: the citizen's chat. One script tag, no framework, no build.

import { card } from "./cards.js";
import { Connection } from "./connection.js";
import { button, h } from "./dom.js";
import { DraftPanel } from "./draft.js";
import { entryElement, when } from "./entry.js";
import { call, forgetToken, storedToken, token } from "./session.js";

const GREETING = "您好，办事直接问，遇事跟我说。";
const STARTERS = [
  ["身份证丢了怎么补办", "补办身份证"],
  ["居住证怎么办", "办居住证"],
  ["住房公积金怎么提取", "提取公积金"],
  ["我要投诉", "投诉、求助"],
  ["查进度", "查诉求进度"],
  ["转人工", "找人工坐席"],
];
const EMERGENCY = ["遇到危险请直接拨打", "110 报警", "119 火警", "120 急救", "122 交通事故"];
const STATES = {
  connecting: "正在连接…",
  offline: "网络断开，正在重新连接。已经写的不会丢。",
};
const SLOW_MS = 300;
const GIVE_UP_MS = 45000;
const PIPELINE_CHARACTERS = 2000;
const MARGIN = 12;

class HotlineChat extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    this.entries = new Map(); // seq → element
    this.pending = new Map(); // id → { element, text, state, timers }
    this.latestGuide = null;
    this.build();
    this.connection = new Connection({
      entry: (entry) => this.showEntry(entry),
      card: (one) => this.showCard(one),
      draft: (draft) => this.draft.show(draft),
      state: (state) => this.showState(state),
      handled: (id, seq) => this.handled(id, seq),
      refused: (id, message) => this.failed(id, message),
      waiting: (id, message) => this.mark(id, message),
      notice: (message) => this.notice(message),
      restarted: () => this.restart(),
    });
    if (storedToken()) this.start();
    this.connection.resume();
  }

  disconnectedCallback() {
    this.connection?.close();
  }

  // --- the frame ---------------------------------------------------------------------------

  build() {
    const root = this.attachShadow({ mode: "open", delegatesFocus: true });
    const styles = ["tokens", "cards", "chat"].map((name) => {
      const href = new URL(`./${name}.css`, import.meta.url);
      return h("link", { rel: "stylesheet", href });
    });
    this.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": "对话" });
    this.typing = h("p", { class: "typing", role: "status", hidden: true }, "正在处理");
    this.state = h("p", { class: "connection", role: "status" });
    this.draft = new DraftPanel({
      edit: (changes) => this.connection.editDraft(changes),
      say: (text) => this.say(text),
    });
    this.scroller = h("div", { class: "scroller" }, this.welcome(), this.log, this.typing);
    const column = h("div", { class: "column" }, this.scroller, this.state, this.composer());
    root.append(...styles, h("div", { class: "layout" }, column, this.draft.element));
    // Shown once styled: the plain elements would flash otherwise.
    const loaded = styles.map((link) => new Promise((done) => {
      link.addEventListener("load", done);
      link.addEventListener("error", done);
    }));
    Promise.all(loaded).then(() => this.setAttribute("ready", ""));
    this.followType();
    this.keepNewestInView();
  }

  /** The form opens, the keyboard comes up: what was said last stays in view, unless they read on. */
  keepNewestInView() {
    this.newest = null;
    const reads = () => {
      this.newest = null;
    };
    for (const event of ["wheel", "touchmove"]) {
      this.scroller.addEventListener(event, reads, { passive: true });
    }
    new ResizeObserver(() => {
      if (this.newest !== null) this.scrollTo(this.newest);
    }).observe(this.scroller);
  }

  /** The large-type switch stands in the page's header; the shadow's own tokens follow it. */
  followType() {
    const follow = () => {
      this.dataset.type = document.documentElement.dataset.type ?? "normal";
    };
    new MutationObserver(follow).observe(document.documentElement, { attributeFilter: ["data-type"] });
    follow();
  }

  welcome() {
    const starters = STARTERS.map(([text, label]) =>
      button(label, () => this.say(text), { class: "starter" }),
    );
    this.opening = h(
      "section",
      { class: "welcome", "aria-label": "可以做什么" },
      h("p", { class: "greeting" }, GREETING),
      h("div", { class: "starters" }, ...starters),
      h("p", { class: "together" }, h("a", { href: "/bundles" }, "一件事一次办：出生、搬家、退休")),
      h("p", { class: "emergency-line" }, ...EMERGENCY.map((part) => h("span", {}, part))),
    );
    return this.opening;
  }

  composer() {
    this.input = h("textarea", {
      rows: 1,
      "aria-label": "输入要办的事或遇到的问题",
      placeholder: "说说您要办的事",
      enterkeyhint: "send",
      oninput: () => this.fit(),
      onkeydown: (event) => {
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
          event.preventDefault();
          this.sendInput();
        }
      },
    });
    this.hint = h("p", { class: "length", role: "status" });
    this.fresh = button("新对话", () => this.askFresh(), { class: "quiet", hidden: true });
    return h(
      "div",
      { class: "composer" },
      this.hint,
      h("div", { class: "composer-row" }, this.input, button("发送", () => this.sendInput(), { class: "primary" })),
      h("div", { class: "composer-foot" }, h("span", {}, "答复来自办事指南，请以窗口受理为准"), this.fresh),
    );
  }

  fit() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 160)}px`;
    const over = this.input.value.length > PIPELINE_CHARACTERS;
    this.hint.textContent = over
      ? `已写 ${this.input.value.length} 字。会全部保存，先按前 ${PIPELINE_CHARACTERS} 字处理。`
      : "";
  }

  start() {
    this.opening.classList.add("begun");
    this.fresh.hidden = false;
  }

  // --- saying ------------------------------------------------------------------------------

  sendInput() {
    const text = this.input.value;
    if (!text.trim()) {
      this.input.focus();
      return;
    }
    this.input.value = "";
    this.fit();
    this.say(text);
    this.input.focus();
  }

  say(text) {
    this.start();
    const id = crypto.randomUUID?.() ?? randomId();
    const status = h("div", { class: "status" });
    const element = h(
      "div",
      { class: "entry citizen sending" },
      h("div", { class: "bubble" }, text),
      status,
    );
    this.pending.set(id, { element, status, text, timers: [] });
    this.log.append(element);
    this.scrollTo(element);
    this.dispatch(id);
  }

  dispatch(id) {
    const message = this.pending.get(id);
    message.status.replaceChildren();
    message.element.classList.remove("failed");
    message.timers = [
      setTimeout(() => this.showTyping(), SLOW_MS),
      setTimeout(() => this.failed(id, "还没有收到回应。"), GIVE_UP_MS),
    ];
    this.connection.send(id, message.text);
  }

  mark(id, words) {
    this.pending.get(id)?.status.replaceChildren(words);
  }

  handled(id, seq) {
    const message = this.pending.get(id);
    this.settle(id);
    if (!message || this.entries.get(seq) === message.element) return;
    if (this.entries.has(seq)) message.element.remove();
    else this.place(seq, message.element);
  }

  failed(id, words) {
    const message = this.pending.get(id);
    if (!message) return;
    for (const timer of message.timers) clearTimeout(timer);
    this.hideTypingWhenIdle(id);
    message.element.classList.add("failed");
    message.status.replaceChildren(
      h("span", { role: "alert" }, words),
      button("重发", () => this.dispatch(id), { class: "quiet" }),
    );
    this.connection.giveUp(id);
  }

  settle(id) {
    const message = this.pending.get(id);
    if (!message) return;
    for (const timer of message.timers) clearTimeout(timer);
    message.element.classList.remove("sending", "failed");
    message.status.replaceChildren();
    this.pending.delete(id);
    this.hideTypingWhenIdle(id);
  }

  showTyping() {
    this.typing.hidden = false;
    this.scrollTo(this.typing);
  }

  hideTypingWhenIdle(id) {
    const others = [...this.pending].filter(
      ([other, { element }]) => other !== id && !element.classList.contains("failed"),
    );
    if (others.length === 0) this.typing.hidden = true;
  }

  // --- hearing -----------------------------------------------------------------------------

  showEntry(entry) {
    if (this.entries.has(entry.seq)) return;
    if (entry.author === "citizen" && this.adopt(entry)) return;
    this.start();
    const element = this.render(entry);
    this.place(entry.seq, element);
    for (const { type, data } of entry.cards) {
      if (type === "draft") this.draft.showDepartment(data.department ?? null);
      if (type === "guide") this.latestGuide = data.code;
    }
    // The line below an answer must not push the answer's beginning out of view.
    if (!entry.cards.some(({ type }) => type === "bundle_hint")) this.scrollTo(element);
  }

  /** What we have just sent comes back with its number: the bubble is already there. */
  adopt(entry) {
    for (const message of this.pending.values()) {
      const waits = ![...this.entries.values()].includes(message.element);
      if (waits && message.text === entry.text) {
        message.element.classList.remove("sending", "failed");
        message.status.replaceChildren();
        message.element.append(when(entry));
        this.place(entry.seq, message.element);
        return true;
      }
    }
    return false;
  }

  /** Put an element where its number belongs; what has no number yet stays below. */
  place(seq, element) {
    const later = [...this.entries].filter(([other]) => other > seq).sort(([a], [b]) => a - b);
    const unsent = [...this.pending.values()]
      .map((message) => message.element)
      .find((other) => other !== element && ![...this.entries.values()].includes(other));
    this.entries.set(seq, element);
    this.log.insertBefore(element, later[0]?.[1] ?? unsent ?? null);
  }

  render(entry) {
    return entryElement(entry, {
      say: (text) => this.say(text),
      rate: (seq, useful) => this.connection.rate(seq, useful),
      answer: async (number, text, question, redraw) => {
        const body = { number, text, question };
        const told = await call("POST", "/api/chat/answers", { body, session: await token() });
        redraw(told.card.data);
      },
      isLatestGuide: (code) => this.latestGuide === code,
    });
  }

  /** A card that could not be saved with the conversation: danger is told all the same. */
  showCard(one) {
    const content = card(one, {}, {});
    if (content === null) return;
    const element = h("div", { class: "entry assistant" }, content);
    this.log.append(element);
    this.scrollTo(element);
  }

  showState(state) {
    this.state.textContent = "";
    clearTimeout(this.stateTimer);
    const words = STATES[state];
    if (!words) return;
    // A connection that is there within a moment needs no words.
    this.stateTimer = setTimeout(() => {
      this.state.textContent = words;
    }, state === "offline" ? 0 : 1000);
  }

  notice(message) {
    const line = h("p", { class: "notice", role: "alert" }, message);
    this.log.append(line);
    this.scrollTo(line);
    setTimeout(() => line.remove(), 8000);
  }

  // --- beginning anew ----------------------------------------------------------------------

  askFresh() {
    const foot = this.fresh.parentElement;
    const before = [...foot.childNodes];
    const back = button("保留", () => foot.replaceChildren(...before), { class: "quiet" });
    const really = button("清除", () => this.forget(), { class: "quiet" });
    foot.replaceChildren(h("span", {}, "清除本机上的对话记录，重新开始？已登记的诉求不受影响。"), really, back);
    back.focus();
  }

  forget() {
    forgetToken();
    location.reload();
  }

  /** The session is over: what was shown belongs to the old one, what waits is sent in the new. */
  restart() {
    const kept = [...this.pending.values()].map((message) => message.element);
    this.entries.clear();
    this.log.replaceChildren(...kept);
    this.draft.show(null);
    this.notice("上次的对话已过期，已为您开始新的对话。");
  }

  /** Keep the newest in view; an answer taller than the window is shown from its beginning. */
  scrollTo(element) {
    this.newest = element;
    requestAnimationFrame(() => {
      const window = this.scroller.getBoundingClientRect();
      const shown = element.getBoundingClientRect();
      const tall = shown.height > window.height - MARGIN;
      const top = tall ? this.scroller.scrollTop + shown.top - window.top - MARGIN : null;
      this.scroller.scrollTo({ top: top ?? this.scroller.scrollHeight });
    });
  }
}

/** For pages without a secure context, where `crypto.randomUUID` is missing. */
function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

customElements.define("hotline-chat", HotlineChat);
