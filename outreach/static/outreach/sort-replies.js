// Sorting with the keyboard: what carries `data-key` is pressed by that key, or typed in; Escape leaves it. The hints show only while the keys work, and
// one can switch them off (WCAG 2.1.4); the choice is kept in this browser. Without script the buttons do the same.
const page = document.querySelector("[data-sort-replies]") ?? document.querySelector(".reply-undo");
const choice = document.querySelector("[data-keys-on]");
const name = "svar-taster";

const load = () => {
  try {
    return localStorage.getItem(name) !== "av";
  } catch {
    return true; // no storage: on until the page is left
  }
};

let on = load();

const show = () => {
  document.documentElement.classList.toggle("keys-on", on);
  if (choice) choice.checked = on;
};

const typesText = (target) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio])"));

if (page) {
  show();
  if (choice) {
    choice.closest("label").hidden = false;
    choice.addEventListener("change", () => {
      on = choice.checked;
      show();
      try {
        localStorage.setItem(name, on ? "på" : "av");
      } catch {
        // No storage: the choice lives as long as the page does.
      }
    });
  }
  document.addEventListener("keydown", (event) => {
    if (!on || event.repeat || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (typesText(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const target = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!target) return;
    event.preventDefault();
    if (typesText(target)) target.focus();
    else target.click();
  });
}
