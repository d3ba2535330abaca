// The report as it is in the page, and what is asked of it in several places. Its shape is in docs/reports.md.

const report = JSON.parse(document.getElementById('report').textContent);

const stateMeanings = {
  open: 'reported: nothing says what its reads need',
  baselined: 'a line of the baseline accepts it for the time being',
  suppressed: 'a pragma, an attribute or a severity of none keeps it quiet',
  accepted: '[Eventual]: stale and out-of-order answers are accepted, with a reason',
  pinned: '[Monotonic]: its reads stay on one replica',
  snapshot: '[Monotonic(Snapshot = true)]: its reads show one moment',
  causal: '[Causal], [Global]: its reads also see its own writes, or everybody\'s',
  primary: '[Primary]: its reads run on the primary',
};

const states = Object.keys(stateMeanings);

const unsettled = new Set(['open', 'baselined', 'suppressed']);

const unitByMethod = new Map(report.units.map(unit => [unit.method, unit]));

const unitById = new Map(report.units.map(unit => [unit.id, unit]));

const ruleById = new Map(report.rules.map(rule => [rule.id, rule]));

function methodOf(unit) {
  return report.methods[unit.method];
}

function siteOf(unit, index) {
  return methodOf(unit).sites[index];
}

function placeOf(thing) {
  return thing.file + ':' + thing.line;
}

/** The id of a unit's element, which is what links lead to. */
function anchorOf(unit) {
  return 'unit-' + unit.id;
}

/** `Orders.Get` and `(int, CancellationToken)` of a name with both; handlers and local functions stay as they are. */
function nameParts(name) {
  const parts = /^([^\s(]+)(\(.*\))$/.exec(name);
  return parts ? [parts[1], parts[2]] : [name, ''];
}

/** The places of a unit that any of its findings is about, each once, in the order of the source. */
function meetingSites(unit) {
  const found = new Set(unit.findings.flatMap(finding => finding.meetings).flatMap(meeting => [meeting.earlier, meeting.later]));
  return [...found].sort((a, b) => a - b);
}

/** The shortest way from one place down to a statement: [{ method, site }], the place itself first. */
function wayDown(method, site, wantsWrite) {
  const wanted = place => wantsWrite ? place.writes : place.reads;
  const start = { method, site, from: null };
  const seen = new Set([method]);
  const pending = [start];
  for (let step = pending.shift(); step !== undefined; step = pending.shift()) {
    const place = report.methods[step.method].sites[step.site];
    if (place.calls.length === 0 && wanted(place)) {
      const way = [];
      for (let at = step; at !== null; at = at.from) {
        way.unshift({ method: at.method, site: at.site });
      }
      return way;
    }
    for (const callee of place.calls.filter(c => !seen.has(c))) {
      seen.add(callee);
      report.methods[callee].sites.forEach((inner, index) => {
        if (wanted(inner)) {
          pending.push({ method: callee, site: index, from: step });
        }
      });
    }
  }
  return [{ method, site }];
}

/** Everything of a unit that a search looks through. */
function searchText(unit) {
  const sites = meetingSites(unit).map(index => siteOf(unit, index));
  return [
    unit.name, unit.member ?? '', unit.file, unit.state, report.projects[unit.project].name,
    ...unit.findings.map(finding => finding.rule + ' ' + finding.message + ' ' + (finding.because?.reason ?? '')),
    ...sites.map(site => site.name + ' ' + (site.statement ?? '')),
  ].join('\n').toLowerCase();
}
