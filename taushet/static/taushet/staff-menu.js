// The groups of the staff menu open by themselves; this closes one that is left, by Escape or by a click elsewhere.
(() => {
  const open = () => document.querySelector(".staff-navigation details[name][open]");
  const isLine = window.matchMedia("(width >= 64rem)");

  document.addEventListener("keydown", (event) => {
    const group = event.key === "Escape" && open();
    if (group) {
      group.open = false;
      group.querySelector("summary").focus();
    }
  });
  for (const kind of ["click", "focusin"]) {
    document.addEventListener(kind, (event) => {
      const group = open();
      if (group && isLine.matches && !group.contains(event.target)) group.open = false;
    });
  }
})();
