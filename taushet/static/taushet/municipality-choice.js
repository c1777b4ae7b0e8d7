// The municipality choice: a native select grouped by county becomes a box one can type in (the combobox pattern of
// ARIA 1.2, list autocomplete). The select stays in the form and carries the value; without this script it is used
// as it is. All texts come from the page, in the visitor's language.
(() => {
  if (customElements.get("municipality-choice")) return;

  const LETTERS = { æ: "a", ä: "a", ø: "o", ö: "o", å: "a", đ: "d", ŋ: "n", ŧ: "t", ß: "ss" };
  const WAIT_BEFORE_TELLING = 700;

  // "Ål", "Aal" and "Al" are the same, and so are Sørfold, Soerfold and Sorfold, Unjárga and Unjarga.
  const fold = (text) =>
    text
      .toLowerCase()
      .replace(/[æäøöåđŋŧß]/g, (letter) => LETTERS[letter])
      .normalize("NFD")
      .replace(/\p{Diacritic}/gu, "")
      .replace(/aa|ae/g, "a")
      .replace(/oe/g, "o")
      .replace(/[^a-z0-9]+/g, " ")
      .trim();

  const plain = (text) => text.toLowerCase().trim();

  // The typed text as it is, and as somebody without æ, ø and å on the keyboard may have meant it.
  const readings = (text) => [text, text.replaceAll("aa", "å").replaceAll("ae", "æ").replaceAll("oe", "ø")];

  // How well a municipality answers what was typed: the lower, the better; -1 is not at all.
  const rank = (item, typed, folded) => {
    if (readings(typed).some((text) => item.plainNames.some((name) => name.startsWith(text)))) return 0;
    if (item.names.some((name) => name.startsWith(folded))) return 1;
    if (item.number === typed) return 1;
    if (item.names.some((name) => name.includes(` ${folded}`))) return 2;
    if (folded.length > 1 && item.names.some((name) => name.includes(folded))) return 3;
    if (item.county.startsWith(folded)) return 4;
    return -1;
  };

  class MunicipalityChoice extends HTMLElement {
    connectedCallback() {
      this.select = this.querySelector("select");
      if (!this.select || this.input) return;
      this.items = [...this.select.querySelectorAll("optgroup option")].map((option) => this.read(option));
      this.hits = [];
      this.active = -1;
      this.build();
      this.showChosen();
      this.listen();
    }

    disconnectedCallback() {
      clearTimeout(this.timer);
      this.aborter?.abort();
    }

    read(option) {
      const county = option.parentElement.label;
      const name = option.textContent.trim();
      const parts = name.replace(/ \(.*\)$/, "").split(" – ");
      return {
        number: option.value,
        name,
        countyName: county,
        county: fold(county),
        names: parts.map(fold),
        plainNames: parts.map(plain),
      };
    }

    build() {
      const { select } = this;
      const id = select.id || `municipality-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
      const make = (name, attributes, className) => {
        const element = document.createElement(name);
        for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
        if (className) element.className = className;
        return element;
      };
      this.input = make("input", {
        id,
        type: "text",
        role: "combobox",
        autocomplete: "off",
        autocapitalize: "off",
        spellcheck: "false",
        "aria-autocomplete": "list",
        "aria-expanded": "false",
        "aria-controls": `${id}_list`,
        placeholder: this.dataset.hint,
      }, select.className);
      for (const name of ["aria-describedby", "aria-invalid", "aria-label", "autofocus"]) {
        if (select.hasAttribute(name)) this.input.setAttribute(name, select.getAttribute(name));
      }
      this.input.required = select.required;
      this.input.disabled = select.disabled;
      this.button = make("button", {
        type: "button", tabindex: "-1", "aria-label": this.dataset.showAll, "aria-expanded": "false",
        "aria-controls": `${id}_list`,
      }, "municipality-choice-open");
      this.button.disabled = select.disabled;
      this.list = make("ul", { id: `${id}_list`, role: "listbox", "aria-label": this.dataset.list, hidden: "" },
        "municipality-choice-list");
      this.status = make("span", { role: "status" }, "ds-sr-only");
      select.required = false;
      select.hidden = true;
      select.id = `${id}_value`;
      const box = make("div", {}, "municipality-choice-box");
      box.append(this.input, this.button, this.list, this.status);
      this.append(box);
      this.classList.add("is-ready");
    }

    listen() {
      this.aborter = new AbortController();
      const { signal } = this.aborter;
      this.input.addEventListener("input", () => { this.typed(); }, { signal });
      this.input.addEventListener("keydown", (event) => { this.pressed(event); }, { signal });
      this.input.addEventListener("click", () => { if (this.list.hidden) this.open(); }, { signal });
      this.input.addEventListener("focus", () => { this.input.select(); }, { signal });
      this.input.addEventListener("blur", () => { this.left(); }, { signal });
      // The box has no name of its own: a form that listens for changes shall hear the select only.
      for (const name of ["input", "change"]) {
        this.input.addEventListener(name, (event) => { event.stopPropagation(); }, { signal });
      }
      // Keep the focus in the box while the mouse works in the list or on the button.
      for (const part of [this.list, this.button]) {
        part.addEventListener("mousedown", (event) => { event.preventDefault(); }, { signal });
      }
      this.button.addEventListener("click", () => {
        this.input.focus();
        if (this.list.hidden) this.open(); else this.close();
      }, { signal });
      this.list.addEventListener("click", (event) => {
        const option = event.target.closest("[data-place]");
        if (option) this.choose(this.hits[Number(option.dataset.place)]);
      }, { signal });
      // A name that no municipality has is sent too, so that the answer can say so and give it back.
      this.select.form?.addEventListener("formdata", ({ formData }) => {
        const text = this.input.value.trim();
        if (this.isConnected && this.select.name && !this.select.value && text) formData.set(`${this.select.name}_typed`, text);
      }, { signal });
      this.select.form?.addEventListener("reset", () => { setTimeout(() => this.showChosen()); }, { signal });
      window.addEventListener("pageshow", () => { this.showChosen(); }, { signal });
    }

    // What the select says is what the box shows.
    showChosen() {
      const option = this.select.selectedOptions[0];
      this.input.value = option?.value ? option.textContent.trim() : this.dataset.typed ?? "";
      this.input.setCustomValidity("");
    }

    typed() {
      delete this.dataset.typed;
      this.setValue("");
      this.input.setCustomValidity("");
      this.open(this.input.value);
    }

    search(text) {
      const typed = plain(text);
      const folded = fold(text);
      if (!folded) return typed ? [] : this.items;
      return this.items
        .map((item) => ({ item, place: rank(item, typed, folded) }))
        .filter(({ place }) => place >= 0)
        .sort((one, other) => one.place - other.place || one.item.name.localeCompare(other.item.name, "nb"))
        .map(({ item }) => item);
    }

    open(text = "") {
      this.hits = this.search(text);
      this.active = -1;
      this.list.replaceChildren(...this.hits.map((item, place) => this.option(item, place)));
      if (!this.hits.length) this.list.append(this.nothing());
      this.list.hidden = false;
      this.setExpanded(true);
      this.input.removeAttribute("aria-activedescendant");
      const chosen = text ? -1 : this.hits.findIndex((item) => item.number === this.select.value);
      if (chosen >= 0) this.activate(chosen); else this.list.scrollTop = 0;
      this.tell();
    }

    option(item, place) {
      const option = document.createElement("li");
      option.id = `${this.input.id}_${item.number}`;
      option.dataset.place = place;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", String(item.number === this.select.value));
      const county = document.createElement("span");
      county.className = "detail";
      county.textContent = item.countyName;
      option.append(item.name.replace(/ \(.*\)$/, ""), " ", county);
      return option;
    }

    nothing() {
      const line = document.createElement("li");
      line.className = "municipality-choice-nothing";
      line.setAttribute("role", "option");
      line.setAttribute("aria-disabled", "true");
      line.setAttribute("aria-selected", "false");
      line.textContent = this.dataset.none;
      return line;
    }

    close() {
      this.list.hidden = true;
      this.active = -1;
      this.setExpanded(false);
      this.input.removeAttribute("aria-activedescendant");
      clearTimeout(this.timer);
    }

    setExpanded(is) {
      this.input.setAttribute("aria-expanded", String(is));
      this.button.setAttribute("aria-expanded", String(is));
    }

    activate(place) {
      this.list.children[this.active]?.classList.remove("is-active");
      this.active = place;
      const option = this.list.children[place];
      option.classList.add("is-active");
      this.input.setAttribute("aria-activedescendant", option.id);
      const above = option.offsetTop - this.list.scrollTop;
      if (above < 0) this.list.scrollTop = option.offsetTop;
      const below = above + option.offsetHeight - this.list.clientHeight;
      if (below > 0) this.list.scrollTop += below;
    }

    pressed(event) {
      if (event.isComposing) return;
      const isOpen = !this.list.hidden;
      const last = this.hits.length - 1;
      const move = (place) => {
        event.preventDefault();
        if (!isOpen) this.open(this.select.value ? "" : this.input.value);
        if (this.hits.length) this.activate(Math.max(0, Math.min(place, this.hits.length - 1)));
      };
      switch (event.key) {
        case "ArrowDown":
          if (event.altKey && !isOpen) { event.preventDefault(); this.open(); break; }
          move(!isOpen && this.select.value ? this.chosenPlace() : this.active >= last && isOpen ? 0 : this.active + 1);
          break;
        case "ArrowUp":
          if (event.altKey) { event.preventDefault(); this.close(); break; }
          move(this.active <= 0 ? (isOpen ? last : this.items.length) : this.active - 1);
          break;
        case "PageDown":
          if (isOpen) move(Math.min(this.active + 8, last));
          break;
        case "PageUp":
          if (isOpen) move(this.active - 8);
          break;
        case "Enter":
          if (!isOpen) break;
          event.preventDefault();
          if (this.active >= 0) this.choose(this.hits[this.active]);
          else if (this.hits.length === 1) this.choose(this.hits[0]);
          break;
        case "Tab":
          if (isOpen && this.active >= 0) this.choose(this.hits[this.active]);
          break;
        case "Escape":
          if (isOpen) { event.preventDefault(); event.stopPropagation(); this.close(); }
          else if (this.input.value) { event.preventDefault(); this.input.value = ""; this.setValue(""); }
          break;
      }
    }

    chosenPlace() {
      return this.items.findIndex((item) => item.number === this.select.value);
    }

    choose(item) {
      this.close();
      this.setValue(item.number);
      this.showChosen();
      this.input.removeAttribute("aria-invalid");
      this.status.textContent = "";
    }

    setValue(number) {
      if (this.select.value === number) return;
      this.select.value = number;
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
    }

    // Leaving the box with a whole name typed, or one that only one municipality answers to, chooses it.
    left() {
      this.close();
      const text = this.input.value.trim();
      if (this.select.value || !text) return;
      const hits = this.search(text);
      const same = hits.filter((item) => item.plainNames.includes(plain(text)) || plain(item.name) === plain(text));
      const only = same.length === 1 ? same[0] : hits.length === 1 ? hits[0] : null;
      if (only) this.choose(only);
      else this.input.setCustomValidity(this.dataset.choose);
    }

    // Told after a pause in the typing, so that a screen reader is not interrupted by each letter.
    tell() {
      clearTimeout(this.timer);
      const { none, one, many } = this.dataset;
      const count = this.hits.length;
      const text = count === 0 ? none : count === 1 ? one : many.replace("{count}", count);
      this.timer = setTimeout(() => { this.status.textContent = text; }, WAIT_BEFORE_TELLING);
    }
  }

  customElements.define("municipality-choice", MunicipalityChoice);
})();
