// The upper half of the page: how much there is, what can leave the primary, where to begin.

const mostRanks = 10;

function drawOverview() {
  document.getElementById('lead').textContent = leadText();
  drawStates(document.getElementById('states'));
  drawEstimate(document.getElementById('estimate'));
  drawHotSpots(document.getElementById('hot'));
  drawRuntime(document.getElementById('runtime'));
  const gaps = document.getElementById('gaps');
  gaps.hidden = report.gaps.length === 0;
  gaps.append(html('ul', { class: 'plain' }, report.gaps.map(gap => html('li', {}, gap))));
  document.getElementById('made').textContent =
    'Made by dotnet monotonic-reads report' + (report.created ? ', ' + report.created : '') + '. Several reads of one piece of work meet '
    + 'where routing may send each to another replica; so do a write and a read after it.';
}

function drawRuntime(section) {
  const seen = report.runtime;
  section.hidden = !seen;
  if (!seen) {
    return;
  }
  const often = part => part.units === undefined ? '' : `${count(part.units, 'unit')} of work, ${part.spread.toLocaleString('en')} on several servers`;
  const line = (verdict, what, how) => html('tr', {}, html('td', {}, verdict), html('td', {}, what), html('td', { class: 'soft small' }, how));
  const unitOf = finding => report.units.find(unit => unit.id === finding.unit);
  section.append(
    html('p', {}, `${seen.confirmed} confirmed, ${seen.onlyStatic} only static, ${seen.onlyAtRunTime} only at run time.`),
    html('table', {}, html('tbody', {},
      ...seen.findings.map(finding => line(finding.verdict === 'confirmed' ? 'confirmed' : 'only static',
        html('a', { href: '#' + anchorOf(unitOf(finding)) }, `${finding.rule} ${finding.name}`),
        [often(finding), finding.because].filter(Boolean).join('; '))),
      ...seen.series.map(series => line('only at run time', series.text, often(series))))));
}

function leadText() {
  const { units, states: found } = report.totals;
  if (units === 0) {
    return `No reads meet in ${count(report.projects.length, 'project')}.`;
  }
  const head = `In ${count(units, 'unit')} of ${count(report.projects.length, 'project')} reads meet. `;
  const kept = found.baselined + found.suppressed;
  return head
    + (found.open === 0 ? 'None is open' : `${found.open === 1 ? 'One is' : found.open.toLocaleString('en') + ' are'} open`)
    + (kept > 0 ? `, ${kept.toLocaleString('en')} kept quiet for now` : '')
    + `, ${units - found.open - kept === 0 ? 'none' : (units - found.open - kept).toLocaleString('en')} settled.`;
}

function stack(parts, whole, description) {
  return html('div', { class: 'stack', role: 'img', 'aria-label': description }, parts.filter(part => part.number > 0).map(part => {
    const bar = html('span', { class: 'tone-' + part.tone, title: `${part.name}: ${part.number}` });
    bar.style.flexGrow = part.number / Math.max(whole, 1);
    return bar;
  }));
}

function legendLine(tone, number, ...text) {
  return html('li', {}, html('span', { class: 'dot tone-' + tone, 'aria-hidden': 'true' }), html('b', {}, number), html('span', {}, ...text));
}

function drawStates(section) {
  const parts = states.map(state => ({ tone: state, name: state, number: report.totals.states[state] }));
  section.append(
    stack(parts, report.totals.units, parts.map(part => `${part.number} ${part.name}`).join(', ')),
    html('ul', { class: 'legend' }, parts.filter(part => part.number > 0 || part.name === 'open').map(part =>
      legendLine(part.tone, part.number.toLocaleString('en'), html('strong', {}, part.name), ' ', html('span', { class: 'soft small' }, stateMeanings[part.name])))));
}

function drawEstimate(section) {
  const { places, leaveNow, leaveOnceSettled, stay, fates } = report.totals.reads;
  if (places === 0) {
    section.append(html('p', {}, 'Nothing reads.'));
    return;
  }
  const parts = [
    { tone: 'now', name: 'can leave as the code stands', number: leaveNow },
    { tone: 'later', name: 'can leave once what comes to them is settled', number: leaveOnceSettled },
    { tone: 'stay', name: 'stay on the primary', number: stay },
  ];
  const line = (name, number, text) => number === 0 ? null
    : html('tr', {}, html('td', { class: 'number' }, number.toLocaleString('en')), html('td', {}, text));
  section.append(
    stack(parts, places, parts.map(part => `${part.number} ${part.name}`).join(', ')),
    html('ul', { class: 'legend' }, parts.map(part => legendLine(part.tone, share(part.number, places), `${part.name} `,
      html('span', { class: 'soft small' }, `(${part.number.toLocaleString('en')} of ${count(places, 'place')})`)))),
    html('details', { class: 'small' }, html('summary', {}, 'How this is computed'),
      html('p', {}, 'Counted are the places in the code that send a statement and read, not how often they run: a page that is shown a '
        + 'thousand times a minute counts once. Code in no finding’s way is taken to be right on any replica, since a single read there '
        + 'has nothing to agree with. What a program that is not in this solution expects of a read is not known here.'),
      html('table', {}, html('tbody', {},
        line('alone', fates.alone, 'no finding comes to them: any replica can answer them as the code stands'),
        line('settled', fates.settled, 'a declaration already says what they need'),
        line('needs-monotonic', fates['needs-monotonic'], 'once the findings that come to them are pinned to one replica: [Monotonic]'),
        line('needs-causal', fates['needs-causal'], 'once the findings that come to them wait for their own writes: [Causal]'),
        line('in-transaction', fates['in-transaction'], 'stay: they run in a transaction'),
        line('primary-statement', fates['primary-statement'], 'stay: they lock, or ask what only the primary can answer'),
        line('primary-connection', fates['primary-connection'], 'stay: their connection comes from the primary'),
        line('declared-primary', fates['declared-primary'], 'stay: [Primary] says so')))));
}

function unitLink(unit) {
  return html('a', { href: '#' + anchorOf(unit), title: unit.name }, nameParts(unit.name)[0]);
}

function drawHotSpots(section) {
  const { mostCalled, mostShared } = report.hotSpots;
  const called = mostCalled.slice(0, mostRanks).map(spot => html('li', {}, html('b', {}, spot.callers),
    html('span', {}, unitLink(unitById.get(spot.unit)), ' ',
      html('span', { class: 'soft small' }, placeOf(unitById.get(spot.unit)) + ', ' + unitById.get(spot.unit).state))));
  const shared = mostShared.slice(0, mostRanks).map(spot => {
    const method = report.methods[spot.method];
    const unit = unitByMethod.get(spot.method);
    return html('li', {}, html('b', {}, spot.units),
      html('span', {}, unit ? unitLink(unit) : html('span', { title: method.name }, nameParts(method.name)[0]), ' ', html('span', { class: 'soft small' }, placeOf(method))));
  });
  section.append(html('div', { class: 'columns' },
    html('div', {}, html('h3', {}, 'Unsettled units with most callers'),
      called.length > 0 ? html('ol', { class: 'ranks' }, called) : html('p', { class: 'soft' }, 'No unsettled unit is called by name.')),
    html('div', {}, html('h3', {}, 'Reads that most unsettled units come to'),
      shared.length > 0 ? html('ol', { class: 'ranks' }, shared) : html('p', { class: 'soft' }, 'No two unsettled units share a read.'))));
}
