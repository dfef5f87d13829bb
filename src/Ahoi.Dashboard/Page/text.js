// How things are said: ages, elements, plurals.

export const age = (from, now = Date.now()) => {
  const s = Math.max(0, Math.round((now - from) / 1000));
  if (s < 120) return `${s}s`;
  if (s < 600) return `${Math.floor(s / 60)}m${s % 60 ? `${s % 60}s` : ''}`;
  if (s < 3 * 3600) return `${Math.floor(s / 60)}m`;
  if (s < 8 * 3600) return `${Math.floor(s / 3600)}h${Math.floor(s % 3600 / 60)}m`;
  if (s < 2 * 86400) return `${Math.floor(s / 3600)}h`;
  if (s < 730 * 86400) return `${Math.floor(s / 86400)}d`;
  return `${Math.floor(s / (365 * 86400))}y`;
};

export const plural = kind =>
  /(s|x|z|ch|sh)$/.test(kind) ? `${kind}es` : /[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`;

export const el = (tag, attributes = {}, ...children) => {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name === 'class') element.className = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter(c => c !== null && c !== undefined && c !== false));
  return element;
};

const SVG = 'http://www.w3.org/2000/svg';

export const svg = (tag, attributes = {}, ...children) => {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

// Each state has a shape of its own, so that colour is never all there is to tell them apart.
const shapes = {
  ok: [['circle', { cx: 10, cy: 10, r: 8 }], ['path', { class: 'open', d: 'm6.5 10.2 2.4 2.4 4.6-5' }]],
  done: [['rect', { x: 2.5, y: 2.5, width: 15, height: 15, rx: 4 }], ['path', { class: 'open', d: 'm6.5 10.2 2.4 2.4 4.6-5' }]],
  progress: [['circle', { cx: 10, cy: 10, r: 8, stroke: 'none' }], ['path', { class: 'turn', d: 'M18 10a8 8 0 1 1-8-8' }], ['circle', { class: 'solid', cx: 10, cy: 10, r: 2.4 }]],
  warn: [['path', { d: 'M10 2.5 18.3 17H1.7z' }], ['path', { class: 'open', d: 'M10 8v4' }], ['circle', { class: 'solid', cx: 10, cy: 14.4, r: 1 }]],
  bad: [['path', { d: 'M6.5 1.8h7l4.7 4.7v7l-4.7 4.7h-7l-4.7-4.7v-7z' }], ['path', { class: 'open', d: 'm7.2 7.2 5.6 5.6m0-5.6-5.6 5.6' }]],
  deleting: [['circle', { cx: 10, cy: 10, r: 8, 'stroke-dasharray': '3.2 3' }], ['path', { class: 'open', d: 'M6.5 10h7' }]],
  idle: [['circle', { cx: 10, cy: 10, r: 8 }], ['path', { class: 'open', d: 'M8 7.3v5.4m4-5.4v5.4' }]],
  none: [['circle', { class: 'solid', cx: 10, cy: 10, r: 3 }]],
};

export const glyph = level => svg('svg', { class: `glyph ${tone(level)}`, viewBox: '0 0 20 20', 'aria-hidden': 'true' }, ...shapes[level].map(([tag, attributes]) => svg(tag, attributes)));

export const tone = level => level === 'progress' ? 'progress-tone' : level;

export const icon = d => svg('svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, svg('path', { d }));

export const icons = {
  more: 'm6 4 4 4-4 4',
  out: 'M6.5 3.5H3.5v9h9V9.5M9.5 3h3.5v3.5M13 3 7.5 8.5',
  close: 'm4 4 8 8m0-8-8 8',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6M8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M3.4 12.6l.9-.9M11.7 4.3l.9-.9',
  moon: 'M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z',
  auto: 'M8 2.5a5.5 5.5 0 1 0 0 11zM8 2.5a5.5 5.5 0 0 1 0 11',
};
