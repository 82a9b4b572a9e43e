// 大字版: one switch for every citizens' page, remembered on this device.
const KEY = "hotline.type";

function stored() {
  try {
    return localStorage.getItem(KEY) === "large";
  } catch {
    return false; // storage is switched off: the page works, the choice is not remembered
  }
}

function apply(large) {
  document.documentElement.dataset.type = large ? "large" : "normal";
  for (const button of document.querySelectorAll("[data-large]")) {
    button.setAttribute("aria-pressed", String(large));
  }
}

apply(stored());
for (const button of document.querySelectorAll("[data-large]")) {
  button.addEventListener("click", () => {
    const large = document.documentElement.dataset.type !== "large";
    apply(large);
    try {
      localStorage.setItem(KEY, large ? "large" : "normal");
    } catch {
      // not remembered, see above
    }
  });
}
