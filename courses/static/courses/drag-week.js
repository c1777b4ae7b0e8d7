// A week one can drag in, for staff who may move sessions. Dropping changes nothing: it leads to the page that says who
// would be told, as the link "Move" of each meeting does without any dragging. The calendar itself is fetched only when
// somebody asks for it.
const button = document.querySelector("[data-drag-week]");
const place = document.getElementById("drag-week");

if (button && place) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    for (const address of place.dataset.styles.split(" ")) addStyle(address);
    // One after the other: each builds on those before it.
    for (const address of place.dataset.scripts.split(" ")) await addScript(address);
    place.hidden = false;
    show();
    button.hidden = true;
    place.focus();
  });
}

function addStyle(address) {
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address;
  document.head.append(link);
}

function addScript(address) {
  return new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    document.head.append(script);
  });
}

function show() {
  const events = JSON.parse(document.getElementById("drag-events").textContent);
  const calendar = new window.FullCalendar.Calendar(place, {
    initialView: "timeGridWeek",
    initialDate: place.dataset.day,
    timeZone: "Europe/Oslo",
    locale: place.dataset.language,
    firstDay: 1,
    headerToolbar: false,
    allDaySlot: false,
    slotMinTime: "06:00:00",
    slotMaxTime: "22:00:00",
    snapDuration: "00:15:00",
    height: "auto",
    eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
    editable: true,
    events: events.map((event) => ({
      title: event.title,
      start: event.starts_at,
      end: event.ends_at,
      url: event.page,
      editable: Boolean(event.move),
      extendedProps: { move: event.move },
    })),
    eventDrop: lead,
    eventResize: lead,
  });
  calendar.render();
  // It hides the words of the headings from those who listen, or has none there.
  for (const words of place.querySelectorAll("[role=columnheader] [aria-hidden]")) words.removeAttribute("aria-hidden");
  for (const heading of place.querySelectorAll("[role=rowheader]:empty")) {
    const words = document.createElement("span");
    words.className = "ds-sr-only";
    words.textContent = place.dataset.hours;
    heading.ariaLabel = place.dataset.hours;
    heading.append(words);
  }
}

function lead({ event, revert }) {
  const day = event.startStr.slice(0, 10);
  const query = new URLSearchParams({ day, starts: event.startStr.slice(11, 16), ends: event.endStr.slice(11, 16) });
  const address = `${event.extendedProps.move}?${query}`;
  revert();
  window.location.assign(address);
}
