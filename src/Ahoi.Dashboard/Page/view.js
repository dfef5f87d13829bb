import { SIZE } from './forest.js';
import { shortKind } from './kinds.js';
import { LEVELS, LEVEL_NAMES, linksOf } from './states.js';
import { age, el, glyph, icon, icons, plural, tone } from './text.js';

const MARGIN = 500;

// Draws the rows that can be seen, and moves the focus between all of them.
export class TreeView {
  #rows = [];
  #links = [];
  #byId = new Map();
  #before = new Map();
  #drawn = new Map();
  #active = null;
  #selected = null;
  #words = '';

  constructor({ canvas, sheet, tree, links }, { onToggle, onSelect }) {
    Object.assign(this, { canvas, sheet, tree, links, onToggle, onSelect });
    canvas.addEventListener('scroll', () => this.#draw(), { passive: true });
    new ResizeObserver(() => this.#draw()).observe(canvas);
    tree.addEventListener('keydown', event => this.#key(event));
    tree.addEventListener('click', event => this.#click(event));
    tree.addEventListener('focusin', event => {
      const id = event.target.closest('[role=treeitem]')?.dataset.id;
      if (id) this.#activate(id, false);
    });
    // An element that is moved in the document would begin its animation anew.
    tree.addEventListener('animationend', event => { if (event.target.classList.contains('node')) event.target.classList.remove('fresh', 'changed'); });
    setInterval(() => this.#refreshAges(), 5000);
    this.#pan();
  }

  show({ rows, links, width, height }, words) {
    this.#rows = rows;
    this.#links = links;
    this.#words = words;
    this.#before = this.#byId;
    this.#byId = new Map(rows.map(r => [r.id, r]));
    if (!this.#byId.has(this.#active)) this.#active = this.#items()[0]?.id ?? null;
    this.sheet.style.width = `${width}px`;
    this.sheet.style.height = `${height}px`;
    this.#draw();
    this.#before = this.#byId; // What is scrolled to was there before.
  }

  select(id) {
    this.#selected = id;
    this.#draw();
  }

  focus(id) {
    const row = this.#byId.get(id ?? this.#active);
    if (row) this.#activate(row.id, true);
  }

  // Scrolls no further than it takes to see a row.
  reveal(id) {
    const row = this.#byId.get(id);
    if (row) this.#reveal(row);
  }

  has(id) {
    return this.#byId.has(id);
  }

  #items() {
    return this.#rows.filter(r => r.type !== 'heading');
  }

  #draw() {
    const top = this.canvas.scrollTop - MARGIN;
    const bottom = this.canvas.scrollTop + this.canvas.clientHeight + MARGIN;
    const seen = this.#rows.filter(row => (row.y + SIZE.height >= top && row.y <= bottom) || row.id === this.#active);
    const wanted = new Set(seen.map(row => row.id));
    for (const [id, { element }] of this.#drawn) {
      if (!wanted.has(id)) {
        element.remove();
        this.#drawn.delete(id);
      }
    }
    let before = null;
    for (const row of seen) {
      const element = this.#element(row);
      // In the document as in the tree: whoever reads it aloud goes the way the eye goes.
      if (element.previousElementSibling !== before || element.parentElement !== this.tree) {
        const focused = element.contains(document.activeElement) ? document.activeElement : null;
        before ? before.after(element) : this.tree.prepend(element);
        focused?.focus({ preventScroll: true });
      }
      before = element;
    }
    this.#drawLinks(top, bottom);
  }

  #drawLinks(top, bottom) {
    const paths = { normal: [], described: [], bad: [] };
    for (const { from, y, described, bad } of this.#links) {
      if (y + SIZE.height < top || from.y > bottom) continue;
      // A round bend, or a flat one where the rows are nearly the same.
      const x1 = from.x + SIZE.width, y1 = from.y + SIZE.height / 2, x2 = from.x + SIZE.column, y2 = y + SIZE.height / 2, bend = x1 + 24;
      const line = y1 === y2 ? `M${x1} ${y1}H${x2}` : `M${x1} ${y1}H${bend - 10}Q${bend} ${y1} ${bend} ${y1 + 10}V${y2 - 10}Q${bend} ${y2} ${bend + 10} ${y2}H${x2}`;
      paths[bad ? 'bad' : described ? 'described' : 'normal'].push(line);
    }
    const [normal, described, bad] = this.links.children;
    normal.setAttribute('d', paths.normal.join(''));
    described.setAttribute('d', paths.described.join(''));
    bad.setAttribute('d', paths.bad.join(''));
  }

  #element(row) {
    const known = this.#drawn.get(row.id);
    const element = known?.element ?? el('div', { class: this.#before.has(row.id) ? '' : 'fresh' });
    const { key, state } = this.#keysOf(row);
    this.#place(element, row);
    if (row.type === 'heading') {
      if (known?.key !== key) this.#fillHeading(element, row);
    } else {
      this.#mark(element, row);
      // What is inside stays as long as it says the same: a click that begins on it must end on it.
      if (known?.key !== key) element.replaceChildren(...row.type === 'group' ? this.#groupParts(row) : this.#objectParts(row));
      if (known && state && known.state !== state) this.#pulse(element);
    }
    this.#drawn.set(row.id, { element, key, state });
    return element;
  }

  #keysOf(row) {
    if (row.type === 'heading') return { key: `${row.text}|${row.count}` };
    if (row.type === 'group') return { key: [row.open, row.count, row.trouble, ...LEVELS.map(l => row.levels[l] ?? 0)].join('|') };
    const { state, resourceVersion } = row.object;
    return { key: [row.open, row.children, row.count, row.trouble, resourceVersion, state.level, state.text, this.#words].join('|'), state: `${state.level}|${state.text}` };
  }

  #pulse(element) {
    element.classList.remove('changed', 'fresh');
    void element.offsetWidth; // So that the animation begins anew.
    element.classList.add('changed');
  }

  #place(element, row) {
    element.style.left = `${row.x}px`;
    element.style.top = `${row.y}px`;
  }

  #fillHeading(element, row) {
    element.className = 'heading';
    element.setAttribute('role', 'presentation');
    element.replaceChildren(el('span', {}, row.count === undefined ? row.text : `${row.text} · ${row.count}`));
  }

  #mark(element, row) {
    const level = row.object?.state.level ?? row.worst;
    const moving = ['fresh', 'changed'].filter(c => element.classList.contains(c));
    const classes = ['node', tone(level), row.type === 'group' && 'group', row.level === 1 && row.object?.custom && 'root', (row.matches === false || row.object?.idleSet) && 'dim', ...moving];
    element.className = classes.filter(Boolean).join(' ');
    element.dataset.id = row.id;
    const attributes = {
      role: 'treeitem', id: `node-${row.id}`, tabindex: row.id === this.#active ? '0' : '-1', 'aria-level': row.level, 'aria-setsize': row.setSize, 'aria-posinset': row.position,
      'aria-selected': String(row.id === this.#selected), 'aria-label': this.#label(row),
    };
    if (row.children > 0) attributes['aria-expanded'] = String(row.open);
    else element.removeAttribute('aria-expanded');
    for (const [name, value] of Object.entries(attributes)) if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
  }

  #label(row) {
    if (row.type === 'group') return `${row.count} ${plural(row.members[0].kind)}: ${this.#breakdown(row)}${this.#below(row)}`;
    const { kind, name, namespace, state } = row.object;
    return `${kind} ${name}${namespace ? ` in ${namespace}` : ''}, ${LEVEL_NAMES[state.level]}${state.text ? `, ${state.text}` : ''}${row.count ? `, owns ${row.count}` : ''}${this.#below(row)}`;
  }

  #below({ trouble }) {
    return trouble ? `, ${trouble} failing below` : '';
  }

  #breakdown({ levels }) {
    return LEVELS.filter(l => levels[l]).map(l => `${levels[l]} ${LEVEL_NAMES[l]}`).join(', ');
  }

  #objectParts(row) {
    const { object } = row;
    const [link] = linksOf(object.raw, object.kind);
    return [
      glyph(object.state.level),
      el('span', { class: 'words' },
        el('span', { class: 'first' },
          el('span', { class: 'name', title: `${object.namespace ? `${object.namespace}/` : ''}${object.name}` }, ...this.#name(object.name)),
          el('span', { class: 'age', 'data-created': object.created, title: new Date(object.created).toLocaleString() }, age(object.created))),
        el('span', { class: 'about' },
          el('span', { class: `badge k-${row.className}`, title: object.kind }, shortKind(object.kind)),
          el('span', { class: 'state', title: object.state.text }, object.state.text))),
      link && el('a', { class: 'open-link', href: link, target: '_blank', rel: 'noopener noreferrer', tabindex: '-1', 'aria-label': `Open ${link}`, title: link }, icon(icons.out)),
      row.children > 0 && this.#twist(row),
    ].filter(Boolean);
  }

  #groupParts(row) {
    const kind = row.members[0].kind;
    return [
      glyph(row.worst),
      el('span', { class: 'words' },
        el('span', { class: 'name' }, `${row.count} ${row.members[0].idleSet ? 'earlier ' : ''}${plural(kind)}`),
        el('span', { class: 'about' },
          el('span', { class: 'meter', 'aria-hidden': 'true' }, ...LEVELS.filter(l => row.levels[l]).map(l => {
            const part = el('i', { class: tone(l) });
            part.style.flexGrow = row.levels[l];
            return part;
          })),
          el('span', { class: 'state' }, this.#breakdown(row)))),
      this.#twist(row),
    ];
  }

  #twist(row) {
    return el('span', { class: `twist ${row.trouble ? 'trouble' : ''}`, 'aria-hidden': 'true', title: row.open ? 'Collapse' : `Expand${this.#below(row)}` }, row.trouble ? glyph('bad') : null, row.open ? '' : String(row.count), icon(icons.more));
  }

  // Names of one family begin alike: where one is too long, its end stays.
  #name(name) {
    const cut = name.length > 22 ? Math.max(name.length - 12, Math.floor(name.length / 2)) : name.length;
    return this.#words || cut === name.length ? [el('span', { class: 'head' }, ...this.#marked(name))] : [el('span', { class: 'head' }, name.slice(0, cut)), el('span', { class: 'tail' }, name.slice(cut))];
  }

  #marked(name) {
    const at = this.#words ? name.toLowerCase().indexOf(this.#words) : -1;
    return at < 0 ? [name] : [name.slice(0, at), el('mark', {}, name.slice(at, at + this.#words.length)), name.slice(at + this.#words.length)];
  }

  #click(event) {
    const id = event.target.closest('[role=treeitem]')?.dataset.id;
    const row = this.#byId.get(id);
    if (!row || event.target.closest('a')) return;
    this.#activate(id, true);
    if (event.target.closest('.twist') || row.type === 'group') this.#toggle(row, !row.open);
    else this.onSelect(row.object);
  }

  #toggle(row, open) {
    this.onToggle(row.id, open);
    // Its place stays where the eye is.
    this.focus(row.id);
  }

  #activate(id, focus) {
    if (this.#active !== id) {
      this.#active = id;
      this.#draw();
    }
    const element = this.#drawn.get(id)?.element;
    if (!focus || !element) return;
    element.focus({ preventScroll: true });
    this.#reveal(this.#byId.get(id));
  }

  #reveal(row) {
    const { canvas } = this;
    if (row.y < canvas.scrollTop + 8) canvas.scrollTop = row.y - 40;
    else if (row.y + SIZE.height > canvas.scrollTop + canvas.clientHeight - 8) canvas.scrollTop = row.y + SIZE.height - canvas.clientHeight + 40;
    if (row.x < canvas.scrollLeft + 8) canvas.scrollLeft = row.x - SIZE.left;
    else if (row.x + SIZE.width > canvas.scrollLeft + canvas.clientWidth - 8) canvas.scrollLeft = row.x + SIZE.width - canvas.clientWidth + SIZE.left;
  }

  #key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const items = this.#items();
    const at = items.findIndex(r => r.id === this.#active);
    const row = items[at];
    if (!row) return;
    const go = to => to && this.#activate(to.id, true);
    switch (event.key) {
      case 'ArrowDown': go(items[at + 1]); break;
      case 'ArrowUp': go(items[at - 1]); break;
      case 'Home': go(items[0]); break;
      case 'End': go(items.at(-1)); break;
      case 'PageDown': go(items[Math.min(items.length - 1, at + 10)]); break;
      case 'PageUp': go(items[Math.max(0, at - 10)]); break;
      case 'ArrowRight':
        if (row.children > 0 && !row.open) this.#toggle(row, true);
        else if (row.open) go(items[at + 1]);
        break;
      case 'ArrowLeft':
        if (row.open) this.#toggle(row, false);
        else go(this.#byId.get(row.parent));
        break;
      case '*':
        for (const other of items) if (other.parent === row.parent && other.children > 0) this.onToggle(other.id, true);
        this.focus(row.id);
        break;
      case 'Enter':
      case ' ':
        if (row.type === 'group') this.#toggle(row, !row.open);
        else this.onSelect(row.object);
        break;
      default: return;
    }
    event.preventDefault();
  }

  // The empty ground can be dragged.
  #pan() {
    const { canvas } = this;
    let from = null;
    canvas.addEventListener('pointerdown', event => {
      if (event.button !== 0 || event.pointerType !== 'mouse' || event.target.closest('.node')) return;
      from = { x: event.clientX + canvas.scrollLeft, y: event.clientY + canvas.scrollTop };
      canvas.setPointerCapture(event.pointerId);
      canvas.classList.add('panned');
    });
    canvas.addEventListener('pointermove', event => {
      if (from) canvas.scrollTo(from.x - event.clientX, from.y - event.clientY);
    });
    for (const type of ['pointerup', 'pointercancel']) canvas.addEventListener(type, () => { from = null; canvas.classList.remove('panned'); });
  }

  #refreshAges() {
    for (const element of this.tree.querySelectorAll('.age')) element.textContent = age(Number(element.dataset.created));
  }
}
