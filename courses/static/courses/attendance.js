// Attendance: each tick is sent at once. When the network drops it waits in this browser, as numbers without names, and
// is sent later with how long ago it was made. The server's list, other phones' ticks among it, is shown after each
// sending. Without script the list is saved as a whole.
//
// The page itself does not open again without net. A service worker could keep it, but then the names of those who take
// a course on violence would lie on a phone that is lent, lost and shared at home, after the sign-in has ended and after
// the names are erased here. So the page says beforehand to stay open, and asks before it is left while the net is gone;
// the ticks themselves, numbers only, outlive a reload.
const form = document.querySelector("[data-attendance]");
if (form) {
  const name = `oppmote-${form.dataset.meeting}`;
  const state = form.querySelector("[data-attendance-state]");
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  let queue = [];
  let sending = false;

  const newKey = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

  // Another tab may have sent or added something, so what is stored is read each time; without storage the list here is it.
  const load = () => {
    try {
      const stored = JSON.parse(localStorage.getItem(name) ?? "[]");
      queue = Array.isArray(stored) ? stored : [];
    } catch {
      // No storage, or nothing one can read.
    }
  };

  const save = () => {
    try {
      if (queue.length) localStorage.setItem(name, JSON.stringify(queue));
      else localStorage.removeItem(name);
    } catch {
      // No storage: the ticks live as long as the page does.
    }
  };

  const say = (text, waits = false) => {
    if (state.textContent !== text) state.textContent = text;
    state.toggleAttribute("data-waits", waits);
  };

  const sayWaiting = () => {
    const text = queue.length === 1 ? form.dataset.oneWaits : form.dataset.manyWait;
    say(queue.length ? text.replace("{count}", String(queue.length)) : "", Boolean(queue.length));
  };

  const show = (participant, present) => {
    const answer = present ? "1" : "0";
    const input = form.querySelector(`input[name="here-${participant}"][value="${answer}"]`);
    if (input) input.checked = true;
    const before = form.querySelector(`input[name="was-${participant}"]`);
    if (before) before.value = answer;
    return Boolean(input);
  };

  const send = async () => {
    if (sending) return;
    sending = true;
    load();
    const batch = queue.slice(0, 200);
    const now = Date.now();
    const marks = batch.map((mark) => ({
      key: mark.key,
      participant: mark.participant,
      present: mark.present,
      age: Math.max(now - mark.at, 0),
    }));
    let more = false;
    try {
      const body = new URLSearchParams({ csrfmiddlewaretoken: token, marks: JSON.stringify(marks) });
      const response = await fetch(form.dataset.attendance, { method: "POST", body, redirect: "manual" });
      more = await take(response, new Set(batch.map((mark) => mark.key)));
    } catch {
      sayWaiting();
    }
    sending = false;
    if (more) send();
  };

  const take = async (response, sent) => {
    if (response.type === "opaqueredirect" || response.status === 403 || response.status === 404) {
      say(form.dataset.signedOut, true);
      return false;
    }
    if (response.status !== 200 && response.status !== 400 && response.status !== 409) {
      sayWaiting();
      return false;
    }
    const answer = await response.json();
    load();
    queue = queue.filter((mark) => !sent.has(mark.key));
    save();
    if (answer.refused) {
      say(answer.why || form.dataset.refused, true);
      return false;
    }
    const waiting = new Set(queue.map((mark) => mark.participant));
    let unknown = false;
    for (const [participant, present] of Object.entries(answer.present)) {
      if (!waiting.has(Number(participant))) unknown = !show(participant, present) || unknown;
    }
    if (queue.length) sayWaiting();
    else if (unknown) say(form.dataset.newNames, true);
    else if (sent.size || state.textContent) say(form.dataset.sent);
    return queue.length > 0;
  };

  form.addEventListener("change", (event) => {
    const match = /^here-(\d+)$/.exec(event.target.name);
    if (!match) return;
    load();
    queue.push({
      key: newKey(),
      participant: Number(match[1]),
      present: event.target.value === "1",
      at: Date.now(),
    });
    save();
    sayWaiting();
    send();
  });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });

  window.addEventListener("beforeunload", (event) => {
    if (!navigator.onLine) event.preventDefault();
  });

  form.querySelector("[data-attendance-save]").hidden = true;
  form.querySelector("[data-attendance-note]").hidden = false;
  load();
  for (const mark of queue) show(mark.participant, mark.present);
  send();
  window.addEventListener("online", send);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && send());
  setInterval(() => document.visibilityState === "visible" && send(), 15_000);
}
