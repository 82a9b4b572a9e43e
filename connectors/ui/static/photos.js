// Photographs with a complaint: chosen or taken, shown small, taken back. They wait with the draft.

import { button, h } from "./dom.js";
import { call, token, upload } from "./session.js";

const PATH = "/api/chat/photos";
const MOST_BYTES = 10 * 1024 * 1024;

export class PhotoStrip {
  constructor() {
    this.shown = false;
    this.pictures = new Map(); // id → data URL of what this page sent itself
    this.input = h("input", {
      type: "file",
      accept: "image/jpeg,image/png,image/webp",
      multiple: true,
      class: "hidden-file",
      tabindex: -1,
      "aria-hidden": "true",
      onchange: () => this.send([...this.input.files]),
    });
    this.list = h("ul", { class: "photos", "aria-label": "已选的照片" });
    this.words = h("p", { class: "photo-words", role: "status" });
    this.add = button("添加照片", () => this.input.click(), { class: "secondary" });
    this.element = h("div", { class: "photo-strip" }, this.list, this.words, this.add, this.input);
  }

  /** The draft came or went: what waits on the server is what counts. */
  show(draft) {
    if ((draft !== null) === this.shown) return;
    this.shown = draft !== null;
    this.words.textContent = "";
    if (this.shown) this.load();
    else {
      this.pictures.clear();
      this.list.replaceChildren();
    }
  }

  async load() {
    try {
      const { photos } = await call("GET", PATH, { session: await token() });
      this.list.replaceChildren(...photos.map((photo) => this.item(photo)));
    } catch {
      this.words.textContent = "照片暂时看不了，请稍后再试。";
    }
  }

  async send(files) {
    this.input.value = "";
    this.add.disabled = true;
    for (const file of files) await this.sendOne(file);
    this.add.disabled = false;
    this.add.focus();
  }

  async sendOne(file) {
    if (file.size > MOST_BYTES) {
      this.words.textContent = `${file.name} 超过10MB，请压缩后再传。`;
      return;
    }
    this.words.textContent = `正在上传 ${file.name}…`;
    try {
      const photo = await upload(PATH, file, await token());
      this.pictures.set(photo.id, await asDataUrl(file));
      this.list.append(this.item(photo));
      this.words.textContent = `已添加 ${photo.name}，随登记单一起提交。拍摄地点等信息已去除。`;
    } catch (problem) {
      this.words.textContent = problem.status ? problem.message : "网络不通，照片没有传上，请再试一次。";
    }
  }

  item(photo) {
    const picture = this.pictures.get(photo.id);
    const thumb = picture ? h("img", { src: picture, alt: "" }) : null;
    const item = h("li", { "data-photo": photo.id }, thumb, h("span", { class: "photo-name" }, photo.name));
    const drop = button("删除", () => this.drop(photo, item), { class: "quiet", "aria-label": `删除 ${photo.name}` });
    item.append(drop);
    return item;
  }

  async drop(photo, item) {
    try {
      await call("DELETE", `${PATH}/${photo.id}`, { session: await token() });
      item.remove();
      this.pictures.delete(photo.id);
      this.words.textContent = `已删除 ${photo.name}。`;
    } catch (problem) {
      this.words.textContent = problem.status ? problem.message : "没有删除，请再试一次。";
    }
    this.add.focus();
  }
}

function asDataUrl(file) {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = () => failed(reader.error);
    reader.readAsDataURL(file);
  });
}
