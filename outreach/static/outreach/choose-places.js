// Adds a search box and a count to the folded list of municipalities. Without it the list is used as it is.

customElements.define("choose-places", class extends HTMLElement {
  connectedCallback() {
    const label = document.createElement("label");
    this.search = document.createElement("input");
    this.status = document.createElement("p");
    label.textContent = this.dataset.search;
    label.className = "ds-label";
    this.search.type = "search";
    this.search.className = "ds-input";
    this.search.id = "choose-places-search";
    label.htmlFor = this.search.id;
    this.status.setAttribute("role", "status");
    this.prepend(label, this.search, this.status);
    this.search.addEventListener("input", () => this.narrow());
    this.search.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    this.closest("form").addEventListener("change", () => this.count());
    for (const details of this.querySelectorAll("details")) {
      details.open = details.querySelector("input:checked") !== null;
    }
    this.count();
  }

  narrow() {
    const asked = this.search.value.trim().toLocaleLowerCase("nb");
    for (const details of this.querySelectorAll("details")) {
      const county = details.querySelector("summary").textContent.toLocaleLowerCase("nb").includes(asked);
      let found = 0;
      for (const item of details.querySelectorAll("li")) {
        item.hidden = !(county || item.textContent.toLocaleLowerCase("nb").includes(asked));
        found += item.hidden ? 0 : 1;
      }
      details.hidden = found === 0;
      details.open = found > 0 && (asked !== "" || details.querySelector("input:checked") !== null);
    }
  }

  count() {
    const whole = new Set([...document.querySelectorAll("input[name='counties']:checked")].map((box) => box.value));
    let number = 0;
    for (const details of this.querySelectorAll("details")) {
      const boxes = [...details.querySelectorAll("input")];
      number += whole.has(details.dataset.county) ? boxes.length : boxes.filter((box) => box.checked).length;
    }
    this.status.textContent = this.dataset.chosen.replace("{count}", number);
  }
});
