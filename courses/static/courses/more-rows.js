// "One more": adds an empty row to a set of forms. Without script the page has an empty row to start with.
for (const button of document.querySelectorAll("[data-add-row]")) {
  const prefix = button.dataset.addRow;
  const rows = document.querySelector(`[data-more-rows="${prefix}"]`);
  const total = document.getElementById(`id_${prefix}-TOTAL_FORMS`);
  const pattern = rows.querySelector("template");
  button.hidden = false;

  button.addEventListener("click", () => {
    const index = Number(total.value);
    const row = document.createElement("template");
    row.innerHTML = pattern.innerHTML.replaceAll("__prefix__", String(index));
    const number = row.content.querySelector("[data-row-number]");
    if (number) number.textContent = String(index + 1);
    total.value = String(index + 1);
    pattern.before(row.content);
    const fields = document.querySelectorAll(`[id^="id_${prefix}-${index}-"]:not([type="hidden"], [hidden])`);
    [...fields].find((field) => field.matches("input, select, textarea"))?.focus();
  });
}
