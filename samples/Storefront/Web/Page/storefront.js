// The page holds no state of its own but which page is looked at: everything else comes as events, and after each
// reconnection all of it comes anew. So any number of tabs show the same, and one that was asleep catches up.

const $ = (id) => document.getElementById(id);
const headHeight = 44;
const columnWidth = 78;
const marksAt = [18, 34, 50, 66];
const mostColumns = 60;
const silence = 4000; // the server tells the replicas' lag four times a second

const state = { run: null, annotations: [], settings: null, replicas: [], tallies: new Map(), pages: [], step: 1, most: 6 };
const view = { held: false, chosen: null, drawn: [], first: 0, width: 0, row: 96, shown: [] };

// ---- what comes -----------------------------------------------------------------------------------------------------

let stream = null;
let heard = 0;

function listen() {
  stream?.close();
  heard = performance.now();
  stream = new EventSource("events");
  const on = (kind, handle) =>
    stream.addEventListener(kind, (event) => {
      heard = performance.now();
      attempt(() => handle(JSON.parse(event.data)));
    });
  on("everything", begin);
  on("page", ({ page, tally }) => { addPage(page); setTally(tally); });
  on("replicas", setReplicas);
  on("settings", setSettings);
  on("tallies", (tallies) => tallies.forEach(setTally));
  on("log", setLog);
  stream.onerror = () => setLink("lost", "The sample does not answer. Trying again…");
}

// A hidden tab listens to nothing: browsers let few streams to one server stand open at once, and slow hidden ones down.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    stream?.close();
    stream = null;
  } else if (!stream) {
    listen();
  }
});
window.addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
setInterval(() => {
  if (!document.hidden && (performance.now() - heard > silence || stream?.readyState === EventSource.CLOSED)) listen();
}, 1000);

function setLink(kind, text) {
  $("link").dataset.state = kind;
  if ($("link-text").textContent !== text) $("link-text").textContent = text;
}

// Another run can be of other servers, with other things that can be switched on: the page begins anew with it.
function begin(all) {
  if (state.run && state.run !== all.run) {
    stream.close();
    location.reload();
    return;
  }
  state.run = all.run;
  state.annotations = all.annotations;
  [state.step, state.most] = [all.lagStep, all.mostLag];
  $("rate").max = all.mostPagesPerSecond;
  setLink("live", `live, on ${all.servers}`);
  document.body.dataset.servers = all.servers;
  drawChoices();
  drawLanes(all.replicas);
  setReplicas(all.replicas);
  state.pages = all.pages;
  state.tallies.clear();
  all.tallies.forEach((tally) => state.tallies.set(tally.annotation, tally));
  setSettings(all.settings);
  drawTable();
  setLog(all.log);
  if (!view.held) {
    view.chosen = null;
    drawRiver();
  }
}

// ---- what is sent ---------------------------------------------------------------------------------------------------

async function post(path, body) {
  const before = failures;
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (answer.ok) {
      const result = answer.status === 204 ? {} : await answer.json();
      succeed(before);
      return result;
    }
    const problem = await answer.json().catch(() => ({}));
    fail(problem.detail ?? `The sample answered ${answer.status}.`);
  } catch {
    fail("The sample does not answer.");
  }
  return null;
}

const tell = (text) => { $("told").textContent = text; };

let failures = 0;

// What failed stands on the page until something succeeds that was begun later.
function fail(text) {
  failures++;
  show(text);
}

function succeed(before) {
  if (failures === before) show("");
}

function show(text) {
  $("failure").hidden = !text;
  $("failure").textContent = text;
}

function attempt(action) {
  try {
    action();
  } catch (error) {
    fail(`The page does not work as it should: ${error.message}`);
    throw error;
  }
}

window.addEventListener("unhandledrejection", ({ reason }) => fail(`The page does not work as it should: ${reason?.message ?? reason}`));

// Of the many moves of a slider one is on its way, and then the last. Meanwhile the slider is where the user put it; afterwards it is
// where the server says, whoever moved it.
function lately(send) {
  let next = null;
  const move = async (value) => {
    next = { value };
    if (move.isBusy) return;
    move.isBusy = true;
    try {
      while (next) {
        const { value: last } = next;
        next = null;
        await send(last);
      }
    } finally {
      move.isBusy = false;
    }
  };
  return move;
}

const isMoving = (slider, move) => move?.isBusy || slider.matches(":active");

// ---- the switch -----------------------------------------------------------------------------------------------------

function drawChoices() {
  if ($("choices").childElementCount) return;
  for (const { name, code, unavailableBecause } of state.annotations) {
    const input = make("input", { type: "radio", name: "annotation", value: name, id: `choice-${name}` });
    input.disabled = Boolean(unavailableBecause);
    input.addEventListener("change", async () => { if (!(await post("settings", { annotation: name }))) setSettings(state.settings); });
    const label = make("label", { class: "choice" }, input, make("b", {}, name), make(unavailableBecause ? "small" : "code", {}, unavailableBecause ?? code));
    if (unavailableBecause) label.title = unavailableBecause;
    $("choices").append(label);
  }
}

function setSettings(settings) {
  const isOther = state.settings?.annotation !== settings.annotation;
  state.settings = settings;
  const current = state.annotations.find(({ name }) => name === settings.annotation);
  $(`choice-${settings.annotation}`).checked = true;
  $("says").textContent = current.says;
  if (!isMoving($("rate"), setRate)) {
    $("rate").value = settings.pagesPerSecond;
    $("rate-value").textContent = settings.pagesPerSecond;
  }
  if (isOther) {
    $("outcome").className = "outcome";
    $("outcome").textContent = "";
    if ($("code").open) showCode();
  }
  drawTiles();
  drawTable();
}

const setRate = lately((value) => post("settings", { pagesPerSecond: value }));
$("rate").addEventListener("input", async () => {
  $("rate-value").textContent = $("rate").value;
  await setRate(Number($("rate").value));
  setSettings(state.settings);
});
$("rate").addEventListener("change", () => setSettings(state.settings));

// ---- the replicas ---------------------------------------------------------------------------------------------------

const lagMoves = new Map();

function drawLanes(replicas) {
  if (state.replicas.length) return;
  for (const { name } of replicas) {
    const slider = make("input", { type: "range", min: 0, max: state.most, step: state.step, id: `lag-${name}` });
    const asked = make("output", { for: slider.id });
    const measured = make("span", { class: "seconds" });
    const gauge = make("span");
    const button = make("button", { type: "button", id: `kill-${name}` });
    const lane = make("div", { class: "lane", id: `lane-${name}` },
      make("div", { class: "name" }, make("b", {}, name), button),
      make("div", { class: "measured" }, make("span", { class: "gauge", "aria-hidden": "true" }, gauge), measured),
      make("label", {}, "lag", slider, asked));
    const setLag = lately((value) => post(`replicas/${name}`, { lag: value }));
    lagMoves.set(name, setLag);
    slider.addEventListener("input", () => { asked.textContent = seconds(slider.value); setLag(Number(slider.value)); });
    slider.setAttribute("aria-label", `Lag of ${name} in seconds`);
    button.addEventListener("click", async () => {
      const isUp = state.replicas.find((replica) => replica.name === name).isUp;
      button.disabled = true;
      if (await post(`replicas/${name}`, { isUp: !isUp })) tell(`${name} is ${isUp ? "down" : "back"}.`);
      button.disabled = false;
    });
    $("lanes").append(lane);
  }
}

function setReplicas(replicas) {
  const lanesChanged = replicas.some((replica, n) => replica.isUp !== state.replicas[n]?.isUp);
  state.replicas = replicas;
  for (const { name, isUp, isChanging, lag, measured } of replicas) {
    const lane = $(`lane-${name}`);
    lane.classList.toggle("down", !isUp);
    const slider = $(`lag-${name}`);
    if (!isMoving(slider, lagMoves.get(name))) slider.value = lag;
    lane.querySelector("output").textContent = seconds(slider.value);
    lane.querySelector(".seconds").textContent =
      isChanging ? "changing…" : !isUp ? "down" : measured == null ? "…" : `${measured.toFixed(1)} s behind`;
    lane.querySelector(".gauge span").style.width = `${isUp ? Math.min(100, ((measured ?? 0) / state.most) * 100) : 100}%`;
    const button = $(`kill-${name}`);
    const label = isUp ? "Kill" : "Bring back";
    if (button.textContent !== label) button.textContent = label;
    button.setAttribute("aria-label", `${label} ${name}`);
  }
  if (lanesChanged) drawTracks();
}

// ---- the river of pages ---------------------------------------------------------------------------------------------

const servers = () => ["primary", ...state.replicas.map(({ name }) => name)];
const laneY = (server) => headHeight + view.row * (servers().indexOf(server) + 0.5);
const svg = draw("svg", { "aria-hidden": "true" });
const tracks = draw("g");
const flow = draw("g", { class: "flow" });
const names = draw("g", { class: "names" });
svg.append(tracks, flow, names);
$("river").append(svg);

new ResizeObserver(() => {
  const row = $("lanes").querySelector(".lane").getBoundingClientRect().height;
  view.row = matchMedia("(max-width: 56rem)").matches || !row ? 64 : row;
  view.width = $("river").clientWidth;
  drawTracks();
  drawRiver();
}).observe($("river"));

function drawTracks() {
  if (!view.width || !state.replicas.length) return;
  const height = headHeight + view.row * servers().length;
  svg.setAttribute("width", view.width);
  svg.setAttribute("height", height);
  tracks.replaceChildren();
  names.replaceChildren();
  for (const server of servers()) {
    const y = laneY(server);
    const isDown = state.replicas.some(({ name, isUp }) => name === server && !isUp);
    const name = draw("text", { class: "lane-name", x: 6, y: y - view.row / 2 + 14 });
    name.textContent = isDown ? `${server}, down` : server;
    tracks.append(
      draw("line", { class: "rule", x1: 0, x2: view.width, y1: y - view.row / 2, y2: y - view.row / 2 }),
      draw("line", { class: `track${isDown ? " is-down" : ""}`, x1: 0, x2: view.width, y1: y, y2: y }));
    names.append(name);
  }
}

function addPage(page) {
  state.pages.push(page);
  if (state.pages.length > mostColumns) state.pages.shift();
  if (view.held || !view.width) return;
  view.shown.push(page);
  appendColumn(page);
  moveFlow();
}

// From the pages alone: after a reconnection, another width, and when a held picture goes on.
function drawRiver() {
  if (!view.width || !state.replicas.length) return;
  flow.replaceChildren();
  view.drawn = [];
  view.first = 0;
  if (!view.held) view.shown = [...state.pages];
  view.shown.forEach(appendColumn);
  flow.style.transition = "none";
  moveFlow();
  flow.getBoundingClientRect();
  flow.style.transition = "";
  markChosen();
}

function appendColumn(page) {
  const x = view.first++ * columnWidth;
  const before = view.drawn.at(-1)?.page.annotation;
  const column = drawColumn(page, x, before && before !== page.annotation);
  flow.append(column);
  view.drawn.push({ page, column });
  if (view.drawn.length > mostColumns) view.drawn.shift().column.remove();
  if (view.shown.length > mostColumns) view.shown.shift();
}

function moveFlow() {
  flow.style.transform = `translateX(${view.width - view.first * columnWidth - 6}px)`;
  if (view.first > 20000) drawRiver();
}

function drawColumn(page, x, isOther) {
  const isBack = page.isBackwards;
  const group = draw("g", { class: `column${isBack ? " is-back" : ""}`, transform: `translate(${x} 0)` });
  group.dataset.page = page.id;
  group.dataset.annotation = page.annotation;
  group.dataset.servers = [...new Set(page.reads.map(({ server }) => server))].join(" ");
  group.addEventListener("click", () => choose(page));
  group.append(draw("rect", { class: "back-ground", x: 2, y: 2, width: columnWidth - 4, height: headHeight + view.row * servers().length - 4, rx: 8 }));

  const user = draw("text", { class: "user", x: 10, y: 18 });
  user.textContent = page.user;
  const under = draw("text", { x: 10, y: 34, class: page.placed == null ? "count" : `order-text${page.missesOwn ? " missed" : ""}` });
  under.textContent =
    page.placed != null ? (page.missesOwn ? "✗ order" : "✓ order")
    : isBack ? `back ${Math.max(...page.reads.map(({ backwards }) => backwards))}`
    : `order ${page.order}`;
  group.append(user, under);
  if (isOther) {
    const height = headHeight + view.row * servers().length;
    const name = draw("text", { class: "other", x: 6, y: height - 8 });
    name.textContent = `${page.annotation} ▸`;
    group.append(draw("line", { class: "other", x1: 0, x2: 0, y1: 4, y2: height - 4 }), name);
  }

  const at = page.reads.map((read, n) => ({ ...read, x: marksAt[n], y: laneY(read.server) }));
  if (page.placed != null) {
    const y = laneY("primary");
    group.append(
      draw("path", { class: "own-order", d: `M9 ${y} L${at[0].x} ${at[0].y}` }),
      draw("circle", { class: "order-dot", cx: 9, cy: y, r: 5 }));
  }
  at.forEach((read, n) => {
    const from = n ? at[n - 1] : { x: read.x - 14, y: read.y };
    const isBefore = read.backwards > 0 && !read.within;
    if (n || isBefore) {
      group.append(draw("path", {
        class: `step${read.backwards ? " back" : ""}${isBefore ? " from-before" : ""}`,
        d: `M${from.x} ${from.y} L${read.x} ${read.y}`,
      }));
    }
  });
  for (const read of at) group.append(drawMark(read));
  return group;
}

function drawMark({ x, y, server, backwards }) {
  if (backwards > 0) return draw("path", { class: "mark back", d: `M${x - 8} ${y} L${x + 5} ${y - 8} V${y + 8} Z` });
  return server === "primary"
    ? draw("rect", { class: "mark on-primary", x: x - 5, y: y - 5, width: 10, height: 10, rx: 2 })
    : draw("circle", { class: "mark", cx: x, cy: y, r: 5.5 });
}

// ---- one page -------------------------------------------------------------------------------------------------------

function hold(held) {
  if (view.held === held) return;
  view.held = held;
  $("hold").setAttribute("aria-pressed", held);
  $("hold").textContent = held ? "Go on" : "Hold";
  if (!held) {
    view.chosen = null;
    drawRiver();
  }
}

function choose(page) {
  hold(true);
  view.chosen = page.id;
  markChosen();
  const rows = page.reads.map((read) => {
    const where = read.within ? "than this page had shown" : "than the user's page before had shown";
    const what = read.backwards ? `${count(read.backwards, "change")} older ${where}` : `${count(read.behind, "change")} behind the primary`;
    return make("tr", read.backwards ? { class: "is-back" } : {},
      make("th", { scope: "row" }, read.what), make("td", {}, read.server), make("td", {}, String(read.applied)), make("td", {}, what));
  });
  const own = page.placed == null ? "" :
    page.missesOwn ? ` The order just placed is change ${page.placed}: missing.` : ` The order just placed is change ${page.placed}: there.`;
  $("chosen").replaceChildren(make("div", { class: "scroll" }, make("table", { class: "reads" },
    make("caption", {}, `${page.user}, order ${page.order}, ${page.annotation}.${own}${page.note ? ` ${page.note}` : ""}`),
    make("thead", {}, make("tr", {}, ...["read", "server", "change", ""].map((text) => make("th", { scope: "col" }, text)))),
    make("tbody", {}, ...rows))));
}

function markChosen() {
  for (const { page, column } of view.drawn) column.classList.toggle("is-chosen", page.id === view.chosen);
}

function go(step) {
  const pages = view.shown;
  if (!pages.length) return;
  const known = pages.findIndex(({ id }) => id === view.chosen);
  const visible = Math.max(1, Math.floor(view.width / columnWidth));
  const at = known < 0 ? pages.length - 1 : Math.min(pages.length - 1, Math.max(pages.length - visible, 0, known + step));
  choose(pages[at]);
}

$("hold").addEventListener("click", () => hold(!view.held));
$("older").addEventListener("click", () => go(-1));
$("newer").addEventListener("click", () => go(1));
$("river").addEventListener("keydown", (event) => {
  if (event.key === "ArrowLeft") go(-1);
  else if (event.key === "ArrowRight") go(1);
  else if (event.key === "Escape") hold(false);
  else return;
  event.preventDefault();
});

// ---- what was counted -----------------------------------------------------------------------------------------------

function setTally(tally) {
  state.tallies.set(tally.annotation, tally);
  drawTiles();
  drawRow(tally);
}

function drawTiles() {
  const tally = state.tallies.get(state.settings?.annotation);
  if (!tally) return;
  const { pages, backwards, placed, missed, reads, onReplicas } = tally;
  $("n-pages").textContent = number(pages);
  $("of-pages").textContent = `${state.settings.annotation}, four reads each`;
  $("n-backwards").textContent = number(backwards);
  $("of-backwards").textContent = pages ? `${percent(backwards, pages)} of the pages` : "";
  $("n-missed").textContent = number(missed);
  $("of-missed").textContent = `of ${count(placed, "order")} looked at`;
  $("n-off").textContent = reads ? percent(onReplicas, reads) : "–";
  $("of-off").textContent = `${number(onReplicas)} of ${count(reads, "read")}`;
  judge($("tile-backwards"), pages, backwards);
  judge($("tile-missed"), placed, missed);
}

function judge(element, of, wrong) {
  element.classList.toggle("bad", wrong > 0);
  element.classList.toggle("good", of > 0 && wrong === 0);
}

function drawTable() {
  $("tallies").replaceChildren();
  for (const { name, code, unavailableBecause } of state.annotations) {
    const row = make("tr", { id: `tally-${name}` }, make("th", { scope: "row" }, name), ...[0, 1, 2, 3].map(() => make("td")));
    if (unavailableBecause) row.cells[1].textContent = "–";
    row.title = unavailableBecause ?? code;
    $("tallies").append(row);
    const tally = state.tallies.get(name);
    if (tally && !unavailableBecause) drawRow(tally);
  }
}

function drawRow({ annotation, pages, backwards, placed, missed, reads, onReplicas }) {
  const row = $(`tally-${annotation}`);
  if (!row) return;
  row.classList.toggle("is-on", annotation === state.settings?.annotation);
  const cells = row.cells;
  cells[1].textContent = number(pages);
  cells[2].textContent = pages ? `${number(backwards)} (${percent(backwards, pages)})` : "–";
  cells[3].textContent = placed ? `${number(missed)} of ${number(placed)}` : "–";
  cells[4].textContent = reads ? percent(onReplicas, reads) : "–";
  judge(cells[2], pages, backwards);
  judge(cells[3], placed, missed);
}

$("clear").addEventListener("click", () => post("tallies/clear", {}));

function setLog(lines) {
  if (!lines.length) return;
  $("log").replaceChildren(...lines.map(({ at, text, times }) =>
    make("li", {}, make("time", {}, at), times > 1 ? `${text} (${times} times)` : text)));
}

// ---- an order -------------------------------------------------------------------------------------------------------

$("place").addEventListener("click", async () => {
  $("place").disabled = true;
  const answer = await post("orders", { user: "you" });
  $("place").disabled = false;
  if (!answer) return;
  const { placed, missesOwn, reads, annotation } = answer.page;
  const where = [...new Set(reads.map(({ server }) => server))].join(", ");
  const outcome = $("outcome");
  outcome.className = `outcome ${missesOwn ? "missing" : "there"}`;
  outcome.replaceChildren(
    make("strong", {}, missesOwn ? "Your order is missing." : "Your order is there."),
    ` It is change ${placed}; your next page (${annotation}) was read on ${where}, ` +
      (missesOwn ? `where not every read had it: ${reads.map(({ applied }) => applied).join(", ")}.` : "which had it."));
});

// ---- the code -------------------------------------------------------------------------------------------------------

$("code").addEventListener("toggle", () => { if ($("code").open) showCode(); });

async function showCode() {
  const { annotation } = state.settings;
  const answer = await fetch(`code/${annotation}`).catch(() => null);
  if (annotation !== state.settings.annotation) return;
  if (!answer?.ok) {
    fail(answer ? `The sample answered ${answer.status} where its code was asked for.` : "The sample does not answer.");
    return;
  }
  $("code-text").textContent = await answer.text();
  $("code-name").textContent = `The repository that is switched on (${annotation}), as it was compiled; the others differ in the line above the class.`;
}

// ---- helpers --------------------------------------------------------------------------------------------------------

function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function draw(name, attributes = {}) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function number(value) { return value.toLocaleString("en-GB"); }
function count(value, what) { return `${number(value)} ${what}${value === 1 ? "" : "s"}`; }
function seconds(value) { return `${Number(value).toFixed(state.step < 1 ? 2 : 0)} s`; }

// 99.96 percent of something is not all of it.
function percent(part, of) {
  const share = (part / of) * 100;
  return `${share > 0 && share < 1 ? "<1" : share > 99 && share < 100 ? ">99" : Math.round(share)} %`;
}

listen();
