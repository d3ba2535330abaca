// What happens at run time, on the primary and two replicas: the fresher one has the change already, the staler one gets it later.

const lanes = { primary: 42, fresh: 104, stale: 166 };
const times = { change: 200, applied: 236, first: 330, second: 510, late: 650 };
const timelineWidth = 740;

/** The picture of one finding and the sentence below it. */
function timeline(unit, finding) {
  const meeting = finding.meetings[0];
  const earlier = siteOf(unit, meeting.earlier);
  const later = siteOf(unit, meeting.later);
  const story = storyOf(finding, earlier, later);
  return html('figure', { tabindex: 0, 'aria-label': 'Timeline' },
    svg('svg', {
      viewBox: `0 0 ${timelineWidth} 214`, width: timelineWidth, height: 214, class: 'timeline', role: 'img',
      'aria-label': `Timeline of ${unit.name}: ${story.caption}`,
    }, laneLines(story.lanes), story.marks),
    html('figcaption', {}, story.caption));
}

function storyOf(finding, earlier, later) {
  const first = `${earlier.name}, line ${earlier.line}`;
  const again = earlier === later ? ', next iteration' : '';
  const second = `${later.name}, line ${later.line}${again}`;
  const isWritten = finding.rule === 'MR1003' || !earlier.reads;
  if (isWritten) {
    return writeStory(finding.state, first, second);
  }
  switch (finding.state) {
    case 'pinned':
    case 'causal':
    case 'snapshot':
      return pinnedStory(finding.state === 'snapshot', first, second);
    case 'primary':
      return primaryStory(first, second, false);
    default:
      return backwardsStory(first, second, finding.state);
  }
}

function backwardsStory(first, second, state) {
  return {
    lanes: true,
    marks: [
      change('a change is committed'), lag('fresh', times.applied), lag('stale', times.late),
      read('fresh', times.first, 'fresh', first, 'sees the change', 'good'),
      read('stale', times.second, 'stale', second, 'does not see it yet', 'bad'),
    ],
    caption: 'The first answer is newer than the second: what is shown from both has the change in one part and misses it in the other, '
      + 'as though time had run backwards.' + (state === 'accepted' ? ' That is accepted here, with a reason.' : ''),
  };
}

function pinnedStory(isSnapshot, first, second) {
  return {
    lanes: true,
    marks: [
      change('a change is committed'), lag('fresh', times.applied), lag('stale', times.late),
      read('stale', times.first, 'same', first, isSnapshot ? 'one moment' : 'on the session’s replica', 'good'),
      read('stale', times.second, 'same', second, isSnapshot ? 'the same moment' : 'on the same', 'good'),
    ],
    caption: isSnapshot
      ? 'Both reads run in one read-only transaction on one replica and show one moment.'
      : 'Both reads run on one replica, whichever it is: the later one never shows an older state than the earlier.',
  };
}

function primaryStory(first, second, isWrite) {
  return {
    lanes: true,
    marks: [
      isWrite ? write(first) : read('primary', times.first, 'fresh', first, '', 'good'),
      read('primary', times.second, 'fresh', second, isWrite ? 'sees what was written' : '', 'good'),
      lag('fresh', times.applied, isWrite), lag('stale', times.late, isWrite),
    ],
    caption: 'Both run on the primary, which has every write. No replica takes any of this load.',
  };
}

function writeStory(state, first, second) {
  if (state === 'primary') {
    return primaryStory(first, second, true);
  }
  const waits = state === 'causal';
  return {
    lanes: true,
    marks: [
      write(first), lag('fresh', times.applied), lag('stale', waits ? times.second : times.late),
      waits ? svg('rect', { class: 'wait', x: times.first, y: lanes.stale - 7, width: times.second - times.first, height: 14, rx: 7 }) : null,
      waits ? label(times.first - 8, lanes.stale + 4, 'waits', 30, { class: 'soft', 'text-anchor': 'end' }) : null,
      waits
        ? read('stale', times.second + 14, 'fresh', second, 'sees what was written', 'good')
        : read('stale', times.second, 'stale', second, 'does not see what was written', 'bad'),
    ],
    caption: waits
      ? 'The read waits until the session’s replica has what the session wrote, and goes elsewhere when that takes too long.'
      : 'The read is answered by a replica that has not applied the write yet: what was just saved is missing from the answer.'
        + (state === 'accepted' ? ' That is accepted here, with a reason.' : ''),
  };
}

function laneLines(isDrawn) {
  const names = [['primary', 'primary', ''], ['fresh', 'replica 1', 'nearly up to date'], ['stale', 'replica 2', 'some seconds behind']];
  return !isDrawn ? [] : names.flatMap(([lane, name, behind]) => [
    svg('line', { class: 'lane', x1: 146, x2: timelineWidth - 6, y1: lanes[lane], y2: lanes[lane] }),
    label(6, lanes[lane] + (behind === '' ? 4 : -2), name, 30, { class: 'strong' }),
    label(6, lanes[lane] + 13, behind, 30, { class: 'soft' }),
  ]).concat(label(timelineWidth - 6, 208, 'time →', 10, { class: 'soft', 'text-anchor': 'end' }));
}

function diamond(x, y) {
  return svg('path', { class: 'change', d: `M ${x} ${y - 8} l 8 8 l -8 8 l -8 -8 z` });
}

function change(text) {
  return [diamond(times.change, lanes.primary), label(times.change, lanes.primary - 16, text, 60, { 'text-anchor': 'middle' })];
}

function write(text) {
  return [diamond(times.change, lanes.primary), label(times.change - 40, lanes.primary - 16, 'write: ' + text, 60, {})];
}

/** The change on its way to a replica, and where it arrives. */
function lag(lane, arrives, isDrawn = true) {
  return !isDrawn ? [] : [
    svg('line', { class: 'lag', x1: times.change, y1: lanes.primary, x2: arrives, y2: lanes[lane] }),
    svg('rect', { class: 'change', x: arrives - 4, y: lanes[lane] - 4, width: 8, height: 8 }),
    lane === 'stale' ? label(arrives, lanes[lane] + 20, 'arrives', 20, { class: 'soft', 'text-anchor': 'middle' }) : null,
  ];
}

function read(lane, x, look, text, says, tone) {
  return [
    svg('circle', { class: look, cx: x, cy: lanes[lane], r: 7 }),
    label(x, lanes[lane] - 14, text, 36, { 'text-anchor': 'middle' }),
    label(x, lanes[lane] + 22, says, 40, { 'text-anchor': 'middle', class: tone }),
  ];
}
