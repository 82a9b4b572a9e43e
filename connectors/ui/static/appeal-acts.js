// What a citizen may still do to an appeal under its progress: add words or photographs, withdraw.

import { button, h } from "./dom.js";
import { Refused, call, sendFile } from "./session.js";

const MOST_BYTES = 10 * 1024 * 1024;
const AWAY = "网络不通，请检查网络后再试。";

/** Return the part below the card; `asked` is number and code, `again` shows the progress anew. */
export function appealActs(data, asked, again) {
  if (!data.may_add && !data.may_withdraw) return null;
  const words = h("p", { class: "act-words", role: "status" });
  const tell = (text) => (words.textContent = text);
  return h(
    "section",
    { class: "card acts", "aria-label": "补充和撤回" },
    data.may_add ? adding(data, asked, tell, again) : null,
    words,
    data.may_withdraw ? withdrawing(asked, tell, again) : null,
  );
}

/** Return what to say of a refusal or a broken connection. */
function refusal(error) {
  return error instanceof Refused ? error.message : AWAY;
}

function adding(data, asked, tell, again) {
  const text = h("textarea", { rows: 3, maxlength: 2000, "aria-label": "补充说明" });
  const input = h("input", {
    type: "file",
    accept: "image/jpeg,image/png,image/webp",
    multiple: true,
    class: "hidden-file",
    tabindex: -1,
    "aria-hidden": "true",
  });
  const send = button("提交补充", () => sendWords(), { class: "primary" });
  const photos = button("添加照片", () => input.click(), { class: "secondary" });
  input.addEventListener("change", () => sendPhotos([...input.files]));

  async function sendWords() {
    if (!text.value.trim()) {
      tell("请写下要补充的内容。");
      text.focus();
      return;
    }
    send.disabled = true;
    tell("正在提交…");
    try {
      await call("POST", "/api/progress/words", { body: { ...asked, text: text.value } });
      text.value = "";
      await again("已补充，承办单位会看到。");
    } catch (error) {
      tell(refusal(error));
    }
    send.disabled = false;
  }

  async function sendPhotos(files) {
    input.value = "";
    photos.disabled = true;
    let last = "";
    for (const file of files) {
      tell(`正在上传 ${file.name}…`);
      last = await sendOne(file);
      tell(last);
    }
    photos.disabled = false;
    if (last.startsWith("已添加")) await again(last);
  }

  async function sendOne(file) {
    if (file.size > MOST_BYTES) return `${file.name} 超过10MB，请压缩后再传。`;
    try {
      const kept = await sendFile("/api/progress/photos", file, {
        "X-Appeal-Number": encodeURIComponent(asked.number),
        "X-Query-Code": encodeURIComponent(asked.code),
      });
      return `已添加 ${kept.name}。拍摄地点等信息已去除。`;
    } catch (error) {
      return refusal(error);
    }
  }

  return h(
    "div",
    { class: "act" },
    h("h4", {}, data.hears ? "补充照片" : "补充说明或照片"),
    // What a protected citizen writes goes through the relay, above.
    ...(data.hears ? [] : [text]),
    h("div", { class: "act-buttons" }, ...(data.hears ? [] : [send]), photos, input),
  );
}

function withdrawing(asked, tell, again) {
  const place = h("div", { class: "act" });
  const offer = () =>
    place.replaceChildren(button("撤回这件诉求", () => ask(), { class: "quiet" }));

  function ask() {
    const sure = button("确定撤回", () => withdraw(sure), { class: "secondary" });
    const back = button("不撤回", () => offer(), { class: "quiet" });
    place.replaceChildren(
      h("p", {}, "撤回后不再办理，也不能恢复；需要时可以重新反映。确定撤回吗？"),
      h("div", { class: "act-buttons" }, sure, back),
    );
    back.focus();
  }

  async function withdraw(sure) {
    sure.disabled = true;
    try {
      await call("POST", "/api/progress/withdraw", { body: asked });
      await again("诉求已撤回。");
    } catch (error) {
      tell(refusal(error));
      offer();
    }
  }

  offer();
  return place;
}
