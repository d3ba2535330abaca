// What a unit shows when it is opened; made only then.

const mostCallers = 12;

function drawDetails(unit) {
  const graph = callGraph(unit);
  return html('div', { class: 'body' },
    unit.findings.map(finding => findingBlock(unit, finding)),
    graph ? html('h3', {}, 'Calls that join them') : null, graph,
    html('h3', {}, 'Places'), placesTable(unit),
    html('h3', {}, 'Callers'), callersList(unit),
    html('p', { class: 'soft small' }, readsText(unit), unit.member ? [' A baseline calls it ', html('code', {}, unit.member), '.'] : null));
}

function findingBlock(unit, finding) {
  const rule = ruleById.get(finding.rule);
  return html('div', { class: 'finding tone-' + finding.state },
    html('p', {}, html('strong', {}, finding.rule), ' ', html('a', { href: rule.help, rel: 'noreferrer' }, rule.title), ' ',
      html('span', { class: 'badge tone-' + finding.state }, finding.state)),
    finding.state === 'open' || unsettled.has(finding.state) ? html('p', {}, finding.message) : html('p', { class: 'soft' }, 'Without it: ' + finding.message),
    html('p', { class: 'small' }, becauseText(finding)),
    finding.meetings.length > 0 ? timeline(unit, finding) : null);
}

function becauseText(finding) {
  const because = finding.because;
  if (!because) {
    return finding.state === 'open' ? null : stateMeanings[finding.state].replace(/^./, first => first.toUpperCase()) + '.';
  }
  return [
    because.by === 'its callers' ? 'All its callers declare it' : 'Declared by ', because.by === 'its callers' ? null : html('code', {}, because.by),
    because.on ? [' on ', html('code', {}, because.on)] : null,
    because.file ? ` (${placeOf(because)})` : null,
    because.reason ? [': ', html('q', {}, because.reason)] : '.',
  ].flat();
}

function placesTable(unit) {
  const writes = new Set(unit.findings.filter(f => f.rule === 'MR1003').flatMap(f => f.meetings).map(m => m.earlier));
  const rows = meetingSites(unit).map(index => {
    const site = siteOf(unit, index);
    const way = wayDown(unit.method, index, writes.has(index) && !site.reads);
    const last = report.methods[way[way.length - 1].method].sites[way[way.length - 1].site];
    return html('tr', {},
      html('td', { class: 'number' }, site.line),
      html('td', {}, html('code', {}, site.code)),
      html('td', { class: 'does' }, whatText(site, last)),
      html('td', {}, html('ol', { class: 'way' }, way.map((step, depth) => wayStep(step, depth)))));
  });
  return html('div', { class: 'scroll' }, html('table', {},
    html('thead', {}, html('tr', {}, html('th', { class: 'number', scope: 'col' }, 'Line'), html('th', { scope: 'col' }, 'Source'),
      html('th', { scope: 'col' }, 'Does'), html('th', { scope: 'col' }, 'Way to a statement'))),
    html('tbody', {}, rows)));
}

function whatText(site, last) {
  const does = site.reads && site.writes ? 'reads and writes' : site.reads ? 'reads' : 'writes';
  const stays = { 'in-transaction': ', in a transaction', 'primary-connection': ', on the primary', 'primary-statement': ', on the primary', 'declared-primary': ', on the primary' };
  return does + (site.reads ? stays[last.read] ?? '' : '') + (site.through ? ', through ' + site.through : '');
}

function wayStep(step, depth) {
  const method = report.methods[step.method];
  const site = method.sites[step.site];
  const item = html('li', {},
    depth === 0 ? null : html('span', { class: 'soft' }, '→ '),
    site.name,
    html('span', { class: 'soft small' }, (site.library ? ' (' + site.library + ')' : '') + (depth === 0 ? '' : ' ' + placeOf(site))),
    site.statement ? html('span', { class: 'sql mono' }, site.statement) : null);
  item.style.paddingLeft = Math.min(depth, 6) * 0.7 + 'rem';
  return item;
}

function callersList(unit) {
  if (unit.callers.length === 0) {
    return html('p', { class: 'soft' }, 'No code of the solution calls it by name: a framework does, or nothing.');
  }
  return html('ul', { class: 'plain small' },
    unit.callers.slice(0, mostCallers).map(caller => html('li', {}, caller.name, ' ', html('span', { class: 'soft' }, placeOf(caller)))),
    unit.callers.length > mostCallers ? html('li', { class: 'soft' }, `and ${unit.callers.length - mostCallers} more`) : null);
}

function readsText(unit) {
  const { canLeave, stay } = unit.reads;
  return (canLeave + stay === 0 ? 'No statement of it is known.'
    : `It comes to ${count(canLeave + stay, 'place')} that read${canLeave + stay === 1 ? 's' : ''}: ${canLeave} can leave the primary, ${stay} stay${stay === 1 ? 's' : ''}.`);
}
