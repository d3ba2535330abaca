// The list with its filters. A row is made once and hidden where a filter leaves it out; what is in it is made when it is opened.

const rows = report.units.map(unit => ({ unit, text: searchText(unit), element: unitRow(unit) }));

const controls = Object.fromEntries(['search', 'rule', 'project', 'order', 'found', 'unfilter', 'list', 'filters'].map(id => [id, document.getElementById(id)]));

const orders = {
  state: (a, b) => states.indexOf(a.unit.state) - states.indexOf(b.unit.state) || byPlace(a, b),
  callers: (a, b) => b.unit.callers.length - a.unit.callers.length || byPlace(a, b),
  name: (a, b) => compare(a.unit.name, b.unit.name) || byPlace(a, b),
  file: byPlace,
};

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

function byPlace(a, b) {
  return compare(a.unit.file, b.unit.file) || a.unit.line - b.unit.line || a.unit.column - b.unit.column;
}

function unitRow(unit) {
  const rules = [...new Set(unit.findings.map(finding => finding.rule))].join(' ');
  const row = html('details', { class: 'unit', id: anchorOf(unit) },
    html('summary', {},
      html('span', { class: 'badge tone-' + unit.state }, unit.state),
      html('span', { class: 'name' }, nameParts(unit.name)[0], html('span', { class: 'parameters' }, nameParts(unit.name)[1])),
      html('span', { class: 'side rule' }, rules),
      html('span', { class: 'where' }, placeOf(unit) + (report.projects.length > 1 ? ' · ' + report.projects[unit.project].name : '')),
      html('span', { class: 'calls' }, unit.callers.length > 0 ? count(unit.callers.length, 'caller') : '')));
  row.addEventListener('toggle', () => {
    if (row.open && row.children.length === 1) {
      row.append(drawDetails(unit));
    }
  });
  return row;
}

function drawList() {
  controls.list.replaceChildren(...[...rows].sort(orders[controls.order.value]).map(row => row.element));
}

function filterList() {
  const words = controls.search.value.toLowerCase().split(/\s+/).filter(word => word !== '');
  const wanted = new Set([...document.querySelectorAll('#state-filter input:checked')].map(box => box.value));
  const { rule, project } = { rule: controls.rule.value, project: controls.project.value };
  let shown = 0;
  for (const { unit, text, element } of rows) {
    const fits = wanted.has(unit.state)
      && (rule === '' || unit.findings.some(finding => finding.rule === rule))
      && (project === '' || unit.project === Number(project))
      && words.every(word => text.includes(word));
    element.hidden = !fits;
    shown += fits ? 1 : 0;
  }
  controls.found.textContent = shown === rows.length
    ? `${count(rows.length, 'unit')}. Enter opens one; the arrow keys go from one to the next.`
    : `${shown.toLocaleString('en')} of ${count(rows.length, 'unit')}`;
  controls.unfilter.hidden = shown === rows.length;
}

function drawFilters() {
  const used = states.filter(state => report.totals.states[state] > 0);
  document.getElementById('state-filter').append(...used.map(state => html('label', {},
    html('input', { type: 'checkbox', value: state, checked: true }),
    html('span', { class: 'dot tone-' + state, 'aria-hidden': 'true' }), `${state} ${report.totals.states[state]}`)));
  controls.rule.append(...report.rules.filter(rule => report.units.some(unit => unit.findings.some(finding => finding.rule === rule.id)))
    .map(rule => html('option', { value: rule.id }, `${rule.id} ${rule.title}`)));
  controls.project.append(...report.projects.map((project, index) => [index, project])
    .filter(([index]) => report.units.some(unit => unit.project === index))
    .map(([index, project]) => html('option', { value: index }, project.name)));
  document.getElementById('project-label').hidden = report.projects.length < 2;
}

/** A link to a unit shows it, whatever is filtered. */
function openLinked() {
  const row = rows.find(({ unit }) => '#' + anchorOf(unit) === location.hash);
  if (row) {
    row.element.hidden = false;
    row.element.open = true;
    row.element.scrollIntoView({ block: 'start' });
    row.element.querySelector('summary').focus({ preventScroll: true });
  }
}

function moveFocus(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const shown = rows.length > 0 && step ? [...document.querySelectorAll('.unit:not([hidden]) > summary')] : [];
  const next = shown[shown.indexOf(document.activeElement) + step];
  if (next && document.activeElement.matches('.unit > summary')) {
    event.preventDefault();
    next.focus();
  }
}

function startList() {
  drawFilters();
  drawList();
  filterList();
  controls.filters.addEventListener('input', event => {
    if (event.target === controls.order) {
      drawList();
    }
    filterList();
  });
  controls.filters.addEventListener('submit', event => event.preventDefault());
  controls.unfilter.addEventListener('click', () => {
    controls.filters.reset();
    drawList();
    filterList();
    controls.search.focus();
  });
  document.addEventListener('keydown', event => {
    if (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.matches('input, select, textarea')) {
      event.preventDefault();
      controls.search.focus();
    }
    moveFocus(event);
  });
  window.addEventListener('hashchange', openLinked);
  openLinked();
}
