'use strict';

// Everything on the page is made of elements and text nodes, never of markup: whatever a name holds, it stays a name.

const svgSpace = 'http://www.w3.org/2000/svg';

function put(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : value);
    }
  }
  element.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined));
  return element;
}

/** An element of HTML: its attributes, then its children, texts among them. */
function html(tag, attributes, ...children) {
  return put(document.createElement(tag), attributes ?? {}, children);
}

/** The same for SVG. */
function svg(tag, attributes, ...children) {
  return put(document.createElementNS(svgSpace, tag), attributes ?? {}, children);
}

/** A text in a picture, cut where it would not fit; the whole of it is told when it is pointed at. */
function label(x, y, text, most, attributes) {
  const shown = text.length > most ? text.slice(0, most - 1) + '…' : text;
  return svg('text', { x, y, ...attributes }, shown === text ? null : svg('title', {}, text), shown);
}

function count(number, one, many) {
  return number === 1 ? '1 ' + one : number.toLocaleString('en') + ' ' + (many ?? one + 's');
}

/** A part of a whole, which is nothing only where it is. */
function share(part, whole) {
  const percent = whole === 0 ? 0 : 100 * part / whole;
  return percent > 0 && percent < 1 ? '< 1 %' : percent > 99 && percent < 100 ? '> 99 %' : Math.round(percent) + ' %';
}
