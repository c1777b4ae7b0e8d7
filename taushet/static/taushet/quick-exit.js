// The quick exit beside the plain link: Shift three times, and a blank page until the next one has come.
// The pattern is GOV.UK's "exit this page", made with survivors: five seconds between presses, no single keys,
// no combinations, and everything is cleared when the visitor comes back.
(() => {
  const link = document.querySelector(".quick-exit");
  if (!link) return;

  const PRESSES = 3;
  const PAUSE = 5000;
  const title = document.title;
  const status = document.createElement("span");
  status.className = "ds-sr-only";
  status.setAttribute("role", "status");
  link.after(status);

  let presses = 0;
  let shiftIsAlone = false;
  let timer = 0;
  let overlay = null;

  const show = (count) => {
    presses = count;
    link.dataset.pressed = String(count);
  };

  const forget = () => {
    clearTimeout(timer);
    timer = 0;
    show(0);
  };

  const leave = () => {
    if (overlay) return;
    clearTimeout(timer);
    document.title = "…";
    document.documentElement.classList.add("is-leaving");
    overlay = document.createElement("div");
    overlay.className = "leaving-overlay";
    overlay.setAttribute("role", "alert");
    document.body.append(overlay);
    overlay.textContent = link.dataset.leaving;
    window.location.replace(link.href);
  };

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-quick-exit]")) return;
    event.preventDefault();
    leave();
  });

  document.addEventListener("keydown", (event) => {
    if (event.repeat) return;
    shiftIsAlone = event.key === "Shift" && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (event.key !== "Shift" && presses) forget();
  }, true);

  document.addEventListener("pointerdown", () => { shiftIsAlone = false; }, true);

  document.addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !shiftIsAlone) return;
    shiftIsAlone = false;
    show(presses + 1);
    clearTimeout(timer);
    if (presses >= PRESSES) {
      leave();
      return;
    }
    status.textContent = presses === 1 ? link.dataset.pressedOnce : link.dataset.pressedTwice;
    timer = setTimeout(() => {
      forget();
      status.textContent = link.dataset.timedOut;
    }, PAUSE);
  }, true);

  window.addEventListener("pageshow", () => {
    forget();
    shiftIsAlone = false;
    status.textContent = "";
    document.title = title;
    document.documentElement.classList.remove("is-leaving");
    if (overlay) overlay.remove();
    overlay = null;
  });
})();
