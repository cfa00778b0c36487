// The living timeline: a card for each talk, filters and search for plot and table, keys, touch. The page is whole
// without it: then each dot is a link, and the table has all rows.
document.addEventListener("DOMContentLoaded", () => {
  const living = document.getElementById("timeline");
  if (!living) return;
  const find = (what, within = living) => within.querySelector(what);
  const all = (what, within = living) => [...within.querySelectorAll(what)];
  const SIDES = [["us", "●", "United States"], ["cn", "◆", "China"]];
  const PX = 0.72; // units of the drawings (points) in a pixel at full size

  const data = JSON.parse(find("#talks-data").textContent);
  const talks = data.talks.map((row, i) => Object.fromEntries([["n", i + 1], ...row.map((value, k) => [data.keys[k], value])]));
  const byId = new Map(talks.map((talk) => [talk.id, talk]));
  for (const talk of talks) {
    for (const key of ["us", "cn", "issues"]) talk[key] = talk[key].map((number) => (data[key] ?? data.people)[number]);
    const told = [talk.title, data.drawn[talk.id], talk.place, talk.date, talk.level_name, talk.how, talk.outcome, talk.note];
    told.push(...talk.us.flat(), ...talk.cn.flat(), ...talk.issues, ...talk.sources.flatMap((source) => source.slice(0, 2)));
    talk.words = told.join(" ").toLowerCase();
  }

  const card = find(".talk-card"), heading = find("h3", card), result = find("output"), showAll = find(".talk-all");
  const issue = find(".talk-issue"), search = find("[type=search]"), filters = find(".talk-filters");
  const table = document.getElementById("talks-table");
  const narrow = matchMedia("(max-width: 720px)"), sheet = matchMedia("(max-width: 720px), (max-height: 500px)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const chosen = Object.fromEntries(all("fieldset").map((set) => [set.dataset.key, new Set()]));
  let passing = talks, opened = null, shown = null, current = null, plot, dots, counts;

  function make(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }
  function draw(tag, attributes, before = null) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    (before ? before.parentNode : plot).insertBefore(made, before);
    return made;
  }
  const upper = (words) => words.charAt(0).toUpperCase() + words.slice(1);

  // The plot: where its dots are, its counts, its ring

  function measure() { // the drawing that is seen: for the page, or upright for a phone
    plot = find(narrow.matches ? ".plot-phone svg" : ".plot-page svg");
    for (const text of all(".talk-recount")) text.remove();
    dots = new Map(all("a[data-talk]", plot).map((link) => {
      const box = link.getBBox(), x = box.x + box.width / 2, y = box.y + box.height / 2, id = link.dataset.talk;
      return [id, { link, box, x, y, r: box.width / 2, name: find(`[id$="-name-${id}"]`, plot) }];
    }));
    counts = all('[id*="-lane-"], [id*="-year-"]', plot).map((drawn) => {
      const [, kind, which] = drawn.id.split("-"), { x, y, width, height } = drawn.getBBox();
      const anchor = kind === "lane" ? "end" : narrow.matches ? "start" : "middle";
      const look = { x: { start: x, middle: x + width / 2, end: x + width }[anchor], y: y + height, "text-anchor": anchor };
      const belongs = (talk) => (kind === "lane" ? String(talk.lane) : talk.id.slice(0, 4)) === which;
      return { drawn, kind, belongs, text: draw("text", { ...look, class: "talk-recount" }, drawn.nextSibling) };
    });
    filters.open = !narrow.matches;
  }

  function recount() { // in place of the drawn counts, while something is left out
    for (const { drawn, text, kind, belongs } of counts) {
      const some = passing.filter(belongs).length, n = talks.filter(belongs).length, whole = passing.length === talks.length;
      drawn.style.visibility = whole ? "" : "hidden";
      text.textContent = whole ? "" : `${some}${kind === "lane" ? "/" : " of "}${n}`;
    }
  }

  function mark() { // the ring of the dot that has the focus or is shown, and the line to its card
    for (const one of all(".talk-mark", plot)) one.remove();
    const names = all('[id*="-name-"]', plot);
    for (const name of names) name.removeAttribute("transform");
    const id = shown ?? (document.activeElement?.dataset?.talk === current ? current : null), dot = dots.get(id);
    if (!dot) return;
    for (const [color, width, out] of [["ground", 3, 1.5], ["ink", 2.4, 4.2]]) {
      const look = { stroke: `var(--talks-${color})`, "stroke-width": width * PX, fill: "none", class: "talk-mark" };
      draw("circle", { cx: dot.x, cy: dot.y, r: dot.r + out * PX, ...look }, plot.lastElementChild.nextSibling);
    }
    if (!shown || sheet.matches) return;
    const size = plot.viewBox.baseVal, line = { x1: dot.x, x2: dot.x, y1: dot.y + dot.r + 5.4 * PX, y2: size.height };
    draw("line", { ...line, class: "talk-mark", stroke: "var(--talks-ink)", "stroke-width": 1.6 * PX }, names[0]);
    card.style.setProperty("--at", `${(100 * dot.x) / size.width}%`);
    const boxes = names.map((name) => name.getBBox()), taken = [...boxes, ...[...dots.values()].map((one) => one.box)];
    for (const box of boxes) { // a name that the line would cross goes to the left of its leader, if there is room
      const { x, y, width, height } = box, left = x + 10 * PX - width;
      const free = taken.every((one) => one === box || one.x > left + width || one.x + one.width < left
        || one.y > y + height || one.y + one.height < y);
      const crossed = y > dot.y && x < dot.x && dot.x < x + width && left + width < dot.x;
      if (crossed && free) names[boxes.indexOf(box)].setAttribute("transform", `translate(${left - x} 0)`);
    }
  }

  // The card

  function fill(talk) {
    heading.textContent = `${talk.title}, ${talk.date}`;
    find("p", card).textContent = `Talk ${talk.n} of ${talks.length}, ${talk.level_name}, ${talk.how}`;
    const entry = (name, ...values) => make("div", {}, make("dt", {}, name), ...values.map((value) => make("dd", {}, value)));
    const heads = SIDES.map(([side, sign, name]) => {
      const people = talk[side].flatMap(([name, office], i) => [i ? "; " : "", make("b", {}, name), office && `, ${office}`]);
      return make("span", { class: "talk-heads" }, make("span", { class: `side-${side}`, "aria-hidden": "true" }, sign),
        make("span", {}, ...people, " ", make("span", { class: `side-${side}` }, name)));
    });
    const outcome = make("span", {}, make("b", {}, talk.outcome && `${upper(talk.outcome)}.`), ` ${talk.note}`);
    const chips = make("ul", { class: "talk-chips" }, ...talk.issues.map((one) =>
      make("li", one === issue.value ? { "aria-current": "true" } : {}, one)));
    const sources = talk.sources.map(([publisher, via, kind, date, address]) => {
      const name = via ? `${publisher} via ${via}` : publisher;
      const told = make("span", { class: "talk-small" }, ` ${[kind, date].filter(Boolean).join(", ")}`);
      return make("span", {}, address ? make("a", { href: address }, name) : name, told);
    });
    const [us, cn, first] = talk.statements, page = dots.get(talk.id).link.getAttribute("href");
    const held = talk.mode !== "none", none = held ? "none in the corpus" : "not counted, because the talk was not held";
    const near = first ? make("a", { href: first }, `United States ${us} · China ${cn}`) : none;
    find(".talk-body", card).replaceChildren(
      make("dl", {}, entry("Heads", ...heads), entry(held ? "Place" : "Planned place", upper(talk.place))),
      make("dl", {}, entry("Outcome", outcome), entry(`Issues on the agenda (${talk.issues.length})`, chips)),
      make("dl", {}, entry("Sources", ...sources), entry("Doubts", talk.unverified || "none recorded"),
        entry(`Statements within three days${talk.date.startsWith("between") ? " of this period" : ""}`, near),
        entry("The whole record", make("a", { href: page }, "Read this talk"))),
    );
    card.scrollTop = 0;
    for (const button of all(".talk-steps button", card)) {
      if (Number(button.value)) button.disabled = !step(talk, Number(button.value));
    }
  }

  function show(id) { // in the card, whether opened or only pointed at
    shown = id;
    card.hidden = !id;
    card.classList.toggle("peek", Boolean(id) && id !== opened);
    if (id) fill(byId.get(id));
    mark();
    if (!table) return;
    for (const row of all("tr[aria-current]", table)) row.removeAttribute("aria-current");
    if (opened) find(`tr[data-talk="${opened}"]`, table)?.setAttribute("aria-current", "true");
  }

  function open(id, focus = true) {
    opened = current = id;
    rove();
    show(id);
    if (focus) heading.focus({ preventScroll: true });
    reveal();
    keep();
  }
  function reveal() { // dot and card
    const dot = dots.get(opened).link.getBoundingClientRect(), box = card.getBoundingClientRect();
    const hidden = sheet.matches ? dot.bottom + 24 - box.top : Math.min(box.bottom + 12 - innerHeight, dot.top - 80);
    scrollBy({ top: Math.min(0, dot.top - 80) || Math.max(0, hidden), behavior: still.matches ? "auto" : "smooth" });
  }

  function close() {
    const id = opened;
    opened = null;
    show(null);
    if (!id) return;
    dots.get(id).link.focus({ preventScroll: true });
    keep();
  }

  // The address keeps what was asked, for the way back and for others

  function keep() {
    const asked = new URLSearchParams(), words = search.value.trim();
    for (const [key, value] of [["talk", opened], ["search", words], ["issue", issue.value]]) if (value) asked.set(key, value);
    for (const [key, values] of Object.entries(chosen)) for (const value of values) asked.append(key, value);
    if (sorted && (sorted.key !== "date" || sorted.by < 0)) asked.set("sort", `${sorted.key} ${sorted.by}`);
    if (!String(asked) && !/[?=]/.test(location.href)) return; // then a place on the page stays in the address
    const address = location.href.split(/[?#]/)[0] + (String(asked) && `#${asked}`);
    try { history.replaceState(null, "", address); } catch { /* some browsers keep the address of a file */ }
  }
  function follow() {
    const asked = new URLSearchParams(`${location.search.slice(1)}&${location.hash.slice(1)}`);
    search.value = asked.get("search") ?? "";
    issue.value = asked.get("issue") ?? "";
    for (const button of all("fieldset button")) {
      const { key } = button.closest("fieldset").dataset, on = asked.getAll(key).includes(button.value);
      chosen[key][on ? "add" : "delete"](button.value);
      button.setAttribute("aria-pressed", on);
    }
    const [key, by] = (asked.get("sort") ?? "date 1").split(" ");
    if (table) sort(key, by < 0 ? -1 : 1);
    update();
    if (byId.has(asked.get("talk"))) open(asked.get("talk"));
  }

  // Walking: earlier and later among those that pass, and to the nearest in another lane

  function step(talk, by) {
    return by < 0 ? passing.findLast((one) => one.n < talk.n) : passing.find((one) => one.n > talk.n);
  }
  function cross(talk, by) {
    for (let lane = talk.lane + by; lane >= 0 && lane < 5; lane += by) {
      const there = passing.filter((one) => one.lane === lane);
      const far = (one) => Math.abs(dots.get(one.id)[narrow.matches ? "y" : "x"] - dots.get(talk.id)[narrow.matches ? "y" : "x"]);
      if (there.length) return there.reduce((best, one) => (far(one) < far(best) ? one : best));
    }
  }
  function rove() { // one dot is reached by Tab, the others by arrows
    const ids = new Set(passing.map((talk) => talk.id));
    if (!ids.has(current)) current = ids.has(opened) ? opened : passing[0]?.id;
    for (const [id, { link, name }] of dots) {
      link.setAttribute("tabindex", id === current ? 0 : -1);
      for (const one of [link, name]) one?.classList.toggle("out", !ids.has(id));
      ids.has(id) ? link.removeAttribute("aria-hidden") : link.setAttribute("aria-hidden", "true");
    }
  }
  function walk(event) {
    if (event.key === "Escape") return close();
    const keys = (narrow.matches ? "ArrowUp ArrowDown ArrowLeft ArrowRight" : "ArrowLeft ArrowRight ArrowUp ArrowDown").split(" ");
    const talk = byId.get(event.target.closest?.("a[data-talk]")?.dataset.talk), key = keys.indexOf(event.key);
    if (!talk || key < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const next = key < 2 ? step(talk, key ? 1 : -1) : cross(talk, key === 3 ? 1 : -1);
    if (!next) return;
    current = next.id;
    rove();
    if (opened) open(current, false);
    dots.get(current).link.focus();
  }

  function nearest(event) { // a dot may be missed by as much as a finger is wide
    const matrix = plot.getScreenCTM().inverse(), { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
    const reach = (narrow.matches ? 22 : 15) * matrix.a;
    const far = (talk) => Math.hypot(dots.get(talk.id).x - x, dots.get(talk.id).y - y);
    const best = passing.reduce((one, other) => (!one || far(other) < far(one) ? other : one), null);
    const named = passing.find((talk) => { // its drawn name is under the pointer
      const box = dots.get(talk.id).name?.getBoundingClientRect();
      return box && Math.abs(event.clientX - box.x - box.width / 2) < box.width / 2 + 4
        && Math.abs(event.clientY - box.y - box.height / 2) < box.height / 2 + 4;
    });
    if (named && far(best) > dots.get(best.id).r) return named.id;
    return best && far(best) <= reach ? best.id : null;
  }

  // Filters, search, table

  function update() {
    const asked = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    passing = talks.filter((talk) =>
      Object.entries(chosen).every(([key, values]) => !values.size || values.has(String(talk[key])))
      && (!issue.value || talk.issues.includes(issue.value)) && asked.every((word) => // a year is that of the date
        /^20\d\d$/.test(word) ? talk.id.startsWith(word) : talk.words.includes(word)));
    const names = all("[aria-pressed=true]").map((button) => button.textContent.trim());
    const told = [...names, issue.value && `issue: ${issue.value}`, asked.length && `“${search.value.trim()}”`].filter(Boolean);
    const n = told.length ? `${passing.length} of ${talks.length} talks` : `${talks.length} talks`;
    const none = passing.length ? "" : `. No talk matches.${asked.length ? " Names are in Latin letters." : ""}`;
    result.replaceChildren(make("b", {}, n), told.length ? ` ${told.join(", ")}${none}` : "");
    find(".talk-count", search.closest(".talk-search")).textContent = n + none;
    showAll.hidden = !told.length;
    rove();
    recount();
    if (opened && !passing.includes(byId.get(opened))) { opened = null; show(null); } else show(shown);
    if (table) list(asked);
    keep();
  }

  let rows, sorted, more, order, most = 25; // rows, until more are asked for
  function prepareTable() {
    (table.closest(".pst-scrollable-table-container") ?? table).before(search.closest(".talk-search"));
    order = make("select", { "aria-label": "Order" }, make("option", {}, "Oldest first"), make("option", {}, "Newest first"));
    order.addEventListener("change", () => sort("date", order.selectedIndex ? -1 : 1));
    search.closest(".talk-search").append(order);
    more = make("button", { type: "button", class: "talk-more" });
    more.addEventListener("click", () => {
      const next = [...rows.values()].filter((row) => !row.hidden).at(-1);
      most = Infinity;
      list();
      find("a", all("tr:not([hidden])", table.tBodies[0]).find((row) => row.rowIndex > next.rowIndex)).focus();
    });
    (table.closest(".pst-scrollable-table-container") ?? table).after(more);
    for (const head of all("th[data-sort]", table)) {
      const button = make("button", { type: "button" }, ...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(head.dataset.sort, sorted.key === head.dataset.sort ? -sorted.by : 1));
    }
  }
  function sort(key, by) {
    sorted = { key, by };
    if (key === "date") order.selectedIndex = by < 0 ? 1 : 0;
    const levels = ["leader", "cabinet", "deputy", "working"];
    const value = (talk) => ({ date: talk.n, place: talk.title, us: talk.us[0][0], cn: talk.cn[0][0],
      level: levels.indexOf(talk.level), issues: -talk.issues.length })[key] ?? talk[key];
    rows = new Map([...talks].sort((a, b) => {
      const [one, other] = [value(a), value(b)];
      return by * (one < other ? -1 : one > other ? 1 : a.n - b.n);
    }).map((talk) => [talk.id, find(`tr[data-talk="${talk.id}"]`, table)]));
    table.tBodies[0].append(...rows.values());
    for (const head of all("th[data-sort]", table)) {
      if (head.dataset.sort === key) head.setAttribute("aria-sort", by > 0 ? "ascending" : "descending");
      else head.removeAttribute("aria-sort");
    }
    list();
    keep();
  }
  function list(asked) { // the rows that pass, the first of them
    const ids = new Set(passing.map((talk) => talk.id));
    let n = 0;
    for (const [id, row] of rows) row.hidden = !ids.has(id) || ++n > most;
    more.textContent = `Show all ${ids.size}`;
    more.hidden = n <= most;
    if (asked) underline(asked);
  }

  function underline(words) { // what was searched for, in browsers that can
    const ranges = [], texts = document.createTreeWalker(table.tBodies[0], NodeFilter.SHOW_TEXT);
    while (words.length && globalThis.Highlight && texts.nextNode()) {
      const text = texts.currentNode, at = text.data.toLowerCase();
      for (const word of words.filter((one) => at.includes(one))) {
        ranges.push(new Range());
        ranges.at(-1).setStart(text, at.indexOf(word));
        ranges.at(-1).setEnd(text, at.indexOf(word) + word.length);
      }
    }
    globalThis.CSS?.highlights?.set("talks-found", new Highlight(...ranges));
  }

  // What readers do

  const issues = talks.flatMap((talk) => talk.issues);
  for (const one of [...new Set(issues)].sort()) {
    issue.append(make("option", { value: one }, `${one} (${issues.filter((other) => other === one).length})`));
  }
  for (const button of all("fieldset button")) {
    button.addEventListener("click", () => {
      const values = chosen[button.closest("fieldset").dataset.key], on = !values.has(button.value);
      on ? values.add(button.value) : values.delete(button.value);
      button.setAttribute("aria-pressed", on);
      update();
    });
  }
  issue.addEventListener("change", update);
  search.addEventListener("input", update);
  showAll.addEventListener("click", () => {
    for (const button of all("[aria-pressed=true]")) button.click();
    issue.value = search.value = "";
    update();
    (narrow.matches ? find("summary") : issue).focus();
  });
  for (const box of all(".plot")) {
    box.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // the link itself, in a new tab
      const id = event.detail ? nearest(event) : event.target.closest("a[data-talk]")?.dataset.talk;
      if (event.target.closest("a")) event.preventDefault();
      if (id) open(id);
    });
    box.addEventListener("pointermove", (event) => {
      const id = event.pointerType === "mouse" && nearest(event);
      box.style.cursor = id ? "pointer" : "";
      if (id && !opened && id !== shown) show(id);
    });
    box.addEventListener("focusin", (event) => { current = event.target.dataset?.talk ?? current; mark(); });
    box.addEventListener("focusout", () => setTimeout(mark));
  }
  living.addEventListener("keydown", walk);
  living.addEventListener("pointerleave", () => { if (!opened && shown) show(null); });
  find(".talk-steps").addEventListener("click", ({ target }) => {
    if (target.value === "0") return close();
    const next = step(byId.get(shown), Number(target.value));
    if (next) open(next.id, false);
    if (target.disabled) heading.focus();
  });
  for (const screen of [narrow, sheet]) {
    screen.addEventListener("change", () => {
      measure();
      update();
      if (opened) requestAnimationFrame(reveal); // the browser has its own idea of where a turned page stands
    });
  }
  addEventListener("hashchange", () => (location.hash.includes("=") ? follow() : keep()));
  if (table) prepareTable();
  measure();
  follow();
});
