/* The desks' keys, and the line one writes: its text belongs to the browser alone, so that
   nothing the server sends can overtake what is being typed. */
(() => {
  "use strict";

  const unsent = new Map();
  const composer = () => document.querySelector("textarea[data-composer]");

  function place(text) {
    const field = composer();
    if (!field) return;
    field.value = text;
    field.scrollTop = field.scrollHeight;
  }

  function send() {
    const field = composer();
    if (!field || field.disabled || !field.value.trim()) return;
    const text = field.value;
    field.value = "";
    field.dispatchEvent(new CustomEvent("said", { detail: text }));
  }

  window.hotlineDesk = {
    /** Another conversation was opened: what was typed for the last one waits for it. */
    open(id) {
      const field = composer();
      if (!field) return;
      if (field.dataset.conversation) unsent.set(field.dataset.conversation, field.value);
      field.dataset.conversation = id;
      place(unsent.get(id) || "");
    },
    /** Fill an empty line; otherwise go on after what is there. */
    adopt(text) {
      const field = composer();
      if (!field || field.disabled) return;
      const typed = field.value.trimEnd();
      place(typed ? `${typed}\n${text}` : text);
      field.focus();
    },
    /** What could not be sent comes back, before what was typed since. */
    restore(id, text) {
      const field = composer();
      if (field && field.dataset.conversation === id) {
        place(field.value ? `${text}\n${field.value}` : text);
      } else {
        unsent.set(id, [text, unsent.get(id)].filter(Boolean).join("\n"));
      }
    },
    busy(is) {
      document.body.classList.toggle("desk-busy", is);
    },
  };

  function press(name, event) {
    const button = [...document.querySelectorAll(`[data-key="${name}"]`)].find(
      (each) => each.offsetParent !== null && !each.disabled,
    );
    event.preventDefault();
    button?.click();
  }

  const writes = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.metaKey) return;
    const row = event.target.closest?.(".desk-row");
    if (row && /^Arrow(Up|Down)$/.test(event.key)) {
      // From row to row; Enter opens, as on any button.
      const rows = [...row.closest(".desk-list").querySelectorAll(".desk-row")];
      event.preventDefault();
      rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)]?.focus();
    } else if (/^F[23489]$/.test(event.key) && !event.ctrlKey) {
      press(event.key, event);
    } else if (event.ctrlKey && event.key === "Enter") {
      event.preventDefault();
      if (event.target === composer()) send();
      else event.target.closest("[data-enter]")?.querySelector("[data-submit]")?.click();
    } else if (event.ctrlKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      document.querySelector(".desk-search input")?.focus();
    } else if (event.key === "?" && !writes(event.target)) {
      press("?", event);
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-send]")) send();
  });

  /* The last words stay in sight, unless one has scrolled up to read. */
  const FAR = 40;
  const away = new WeakSet();
  document.addEventListener(
    "scroll",
    ({ target }) => {
      if (!target.classList?.contains("desk-scroll")) return;
      const below = target.scrollHeight - target.scrollTop - target.clientHeight;
      if (below > FAR) away.add(target);
      else away.delete(target);
    },
    true,
  );
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) {
        const scroll = node.classList?.contains("said") ? node.closest(".desk-scroll") : null;
        if (scroll && !away.has(scroll)) scroll.scrollTop = scroll.scrollHeight;
      }
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
})();
