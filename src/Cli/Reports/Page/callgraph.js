// The calls that join the reads of a unit, from left to right: the unit, the bodies between, the statements.

const nodeWidth = 218;
const nodeHeight = 40;
const columnWidth = nodeWidth + 44;
const rowHeight = 52;
const mostNodes = 48;

/** The picture, or null where the unit sends all its statements itself. */
function callGraph(unit) {
  const root = treeOf(unit);
  if (root.children.every(child => child.kind !== 'method')) {
    return null;
  }
  let rows = 0;
  let deepest = 0;
  const place = (node, depth) => {
    deepest = Math.max(deepest, depth);
    node.x = depth * columnWidth + 2;
    if (node.children.length === 0) {
      node.y = rows++ * rowHeight + 2;
    } else {
      node.children.forEach(child => place(child, depth + 1));
      node.y = (node.children[0].y + node.children[node.children.length - 1].y) / 2;
    }
  };
  place(root, 0);
  const width = deepest * columnWidth + nodeWidth + 4;
  const height = rows * rowHeight;
  const nodes = [];
  const edges = [];
  const draw = node => {
    nodes.push(nodeBox(node));
    for (const child of node.children) {
      edges.push(edge(node, child, 'edge'));
      draw(child);
    }
    node.again.forEach(other => edges.push(edge(node, other, 'edge again')));
  };
  draw(root);
  return html('figure', { tabindex: 0, 'aria-label': 'Calls' },
    svg('svg', {
      viewBox: `0 0 ${width} ${height}`, width, height, class: 'graph', role: 'group',
      'aria-label': `Calls of ${unit.name} down to its statements; the table below lists the same`,
    }, edges, nodes),
    html('figcaption', {}, 'Calls run from left to right'
      + (edges.some(line => line.matches('.again')) ? '; dashed where they come to a body that is drawn already.' : '.')));
}

/** Each body stands once: where it is come to again, a line leads to it. */
function treeOf(unit) {
  const method = methodOf(unit);
  const drawn = new Map();
  const root = { kind: 'unit', name: unit.name, note: placeOf(unit), isPath: true, children: [], again: [] };
  drawn.set(unit.method, root);
  let left = mostNodes;
  const writes = new Set(unit.findings.filter(f => f.rule === 'MR1003').flatMap(f => f.meetings).map(m => m.earlier));
  const reads = new Set(unit.findings.flatMap(f => f.meetings.map(m => m.later)
    .concat(f.rule === 'MR1003' ? [] : f.meetings.map(m => m.earlier))));
  const add = (parent, site, wantsReads, wantsWrites) => {
    if (left <= 0) {
      if (!parent.children.some(child => child.kind === 'more')) {
        parent.children.push({ kind: 'more', name: 'more is not drawn', note: 'the table below has the ways', children: [], again: [] });
      }
      return;
    }
    if (site.calls.length === 0) {
      left--;
      parent.children.push({ kind: site.writes && wantsWrites ? 'write' : 'read', name: site.name, note: site.statement ?? placeOf(site), isPath: !site.statement, children: [], again: [] });
      return;
    }
    for (const callee of site.calls) {
      if (drawn.has(callee)) {
        if (!parent.children.includes(drawn.get(callee)) && drawn.get(callee) !== parent) {
          parent.again.push(drawn.get(callee));
        }
        continue;
      }
      const body = report.methods[callee];
      const inner = body.sites.filter(s => (wantsReads && s.reads) || (wantsWrites && s.writes));
      if (inner.length === 0) {
        continue;
      }
      left--;
      const node = { kind: 'method', name: body.name, note: placeOf(body), isPath: true, unit: unitByMethod.get(callee), children: [], again: [] };
      drawn.set(callee, node);
      parent.children.push(node);
      inner.forEach(s => add(node, s, wantsReads, wantsWrites));
    }
  };
  for (const index of meetingSites(unit)) {
    add(root, method.sites[index], reads.has(index), writes.has(index));
  }
  return root;
}

function nodeBox(node) {
  const shape = svg('g', {},
    svg('title', {}, node.name + '\n' + node.note),
    svg('rect', {
      class: 'node ' + (node.kind === 'unit' ? 'unit-node' : node.kind), x: node.x, y: node.y, width: nodeWidth, height: nodeHeight,
      rx: node.kind === 'read' || node.kind === 'write' ? 20 : 6,
    }),
    label(node.x + 14, node.y + 17, (node.kind === 'write' ? 'write: ' : '') + ownName(node), 25, { class: 'strong' }),
    label(node.x + 14, node.y + 32, shortNote(node), 29, { class: 'soft' }));
  return node.unit ? svg('a', { href: '#' + anchorOf(node.unit) }, shape) : shape;
}

/** `Get` of `Shop.Orders.Get(int)`; the whole of it is told when it is pointed at. */
function ownName(node) {
  const [name, parameters] = nameParts(node.name);
  return parameters === '' ? name : name.slice(name.lastIndexOf('.') + 1);
}

/** Of a path the file, of a statement its beginning. */
function shortNote(node) {
  return node.isPath ? node.note.slice(node.note.lastIndexOf('/') + 1) : node.note;
}

function edge(from, to, look) {
  const x1 = from.x + nodeWidth;
  const y1 = from.y + nodeHeight / 2;
  const x2 = to.x;
  const y2 = to.y + nodeHeight / 2;
  const bend = Math.max(24, Math.abs(x2 - x1) / 2);
  return svg('path', { class: look, d: `M ${x1} ${y1} C ${x1 + bend} ${y1}, ${x2 - bend} ${y2}, ${x2} ${y2}` });
}
