import { get } from './api.js';
import { classOf } from './kinds.js';
import { LogView } from './logs.js';
import { conditionLevel, linksOf, LEVEL_NAMES } from './states.js';
import { age, el, glyph, icon, icons, tone } from './text.js';
import { yamlLines } from './yaml.js';

const TABLE = 'application/json;as=Table;g=meta.k8s.io;v=v1';

// Everything about one object: what it says of itself, what was reported about it, and what its pods write.
export class Detail {
  #object = null;
  #tab = 'overview';
  #format = 'yaml';
  #revealed = false;
  #whole = null;
  #table = null;
  #failure = null;
  #events = [];
  #eventsFailure = null;
  #closeEvents = null;
  #logs = null;

  constructor(panel, { cluster, watches, forest, onSelect, onClose }) {
    Object.assign(this, { panel, cluster, watches, forest, onSelect, onClose });
    panel.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        event.preventDefault();
        this.close();
      }
    });
  }

  get uid() {
    return this.#object?.uid ?? null;
  }

  open(object) {
    if (this.uid !== object.uid) {
      this.#leave();
      this.#object = object;
      this.#whole = this.#table = this.#failure = this.#eventsFailure = null;
      this.#revealed = false;
      this.#events = [];
      if (this.#tab === 'logs' && this.#pods().length === 0) this.#tab = 'overview';
      this.#watchEvents();
    }
    this.panel.hidden = false;
    this.#frame();
    this.#load();
  }

  close() {
    if (this.panel.hidden) return;
    this.#leave();
    const uid = this.uid;
    this.#object = null;
    this.panel.hidden = true;
    this.panel.replaceChildren();
    this.onClose(uid);
  }

  // The cluster changed; what is shown follows.
  refresh() {
    if (!this.#object) return;
    const now = this.cluster.objects.get(this.uid);
    if (!now) {
      if (!this.#gone) {
        this.#gone = true;
        this.#frame();
      }
      return;
    }
    this.#gone = false;
    const changed = now.resourceVersion !== this.#object.resourceVersion;
    this.#object = now;
    if (changed) {
      this.#head();
      clearTimeout(this.soon);
      this.soon = setTimeout(() => this.#load(), 150);
    }
    this.#tabs();
    this.#logs?.offer(this.#pods());
  }

  #gone = false;

  #leave() {
    this.#gone = false;
    this.#closeEvents?.();
    this.#closeEvents = null;
    this.#logs?.stop();
    this.#logs = null;
    clearTimeout(this.soon);
  }

  async #load() {
    const object = this.#object;
    if (!object) return;
    try {
      const [whole, table] = await Promise.all([get(object.path), get(object.path, { accept: `${TABLE},application/json` }).catch(() => null)]);
      if (this.#object?.uid !== object.uid) return;
      delete whole.metadata.managedFields;
      this.#whole = whole;
      this.#table = table?.kind === 'Table' ? table : null;
      this.#failure = null;
    } catch (failure) {
      if (this.#object?.uid !== object.uid) return;
      this.#failure = failure.message;
    }
    if (this.#tab === 'overview' || this.#tab === 'source') this.#body();
  }

  #watchEvents() {
    const { namespace, uid } = this.#object;
    const base = `/api/v1/namespaces/${namespace || 'default'}/events`;
    const selector = `fieldSelector=${encodeURIComponent(`involvedObject.uid=${uid}`)}`;
    const found = new Map();
    const show = () => {
      this.#events = [...found.values()].sort((a, b) => when(b) - when(a));
      this.#tabs();
      if (this.#tab === 'events') this.#body();
    };
    const begin = async () => {
      try {
        const list = await get(`${base}?${selector}`);
        if (this.uid !== uid) return;
        found.clear();
        for (const event of list.items ?? []) found.set(event.metadata.uid, event);
        show();
        this.#closeEvents = this.watches.open(`${base}?watch=true&${selector}&resourceVersion=${list.metadata.resourceVersion}`, 'application/json', {
          event: ({ type, object }) => {
            if (type === 'DELETED') found.delete(object.metadata.uid);
            else if (type === 'ADDED' || type === 'MODIFIED') found.set(object.metadata.uid, object);
            show();
          },
          end: () => setTimeout(() => this.uid === uid && begin(), 2000),
        });
      } catch (failure) {
        if (this.uid !== uid) return;
        this.#eventsFailure = failure.message;
        show();
      }
    };
    begin();
  }

  // The pods that hang from the object, or the pod itself.
  #pods() {
    const found = [];
    const walk = (uid, depth) => {
      const object = this.cluster.objects.get(uid);
      if (object?.kind === 'Pod' && object.group === '') found.push(object);
      if (depth < 12) for (const child of this.forest.children?.get(uid) ?? []) walk(child.uid, depth + 1);
    };
    if (this.#object) walk(this.uid, 0);
    return found.sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
  }

  #frame() {
    this.headElement = el('div', { class: 'panel-head' });
    this.bodyElement = el('div', { class: 'panel-body', id: 'panel-body', role: 'tabpanel', tabindex: '0' });
    this.tabsElement = null;
    this.panel.replaceChildren(this.headElement, this.bodyElement);
    this.#head();
    this.#body();
  }

  #head() {
    const o = this.#object;
    const chain = [];
    for (let up = this.forest.parents?.get(o.uid); up && chain.length < 12; up = this.forest.parents.get(up)) chain.unshift(this.cluster.objects.get(up));
    const state = this.#gone ? { level: 'deleting', text: 'Deleted' } : o.state;
    const focused = this.headElement.contains(document.activeElement) ? document.activeElement.dataset.name : null;
    this.tabsElement = el('div', { class: 'tabs', role: 'tablist', 'aria-label': 'About the object' });
    this.headElement.replaceChildren(
      chain.length > 0 && el('ol', { class: 'crumbs', 'aria-label': 'Owners' }, ...chain.filter(Boolean).map(c => el('li', {}, el('button', { type: 'button', onclick: () => this.onSelect(c) }, `${c.kind} ${c.name}`)))) || '',
      el('div', { class: 'panel-top' },
        glyph(state.level),
        el('div', { class: 'panel-title' },
          el('h2', { id: 'panel-name' }, o.name),
          el('p', { class: 'about' },
            el('span', { class: `badge k-${classOf(o.group, o.kind)}` }, o.kind),
            o.namespace && el('span', {}, o.namespace),
            el('span', { class: `panel-state ${tone(state.level)}` }, state.text || LEVEL_NAMES[state.level]),
            el('span', { class: 'age', title: new Date(o.created).toLocaleString() }, `${age(o.created)} old`))),
        el('button', { type: 'button', class: 'icon-button', 'data-name': 'close', 'aria-label': 'Close details', title: 'Close (Esc)', onclick: () => this.close() }, icon(icons.close))),
      this.tabsElement);
    this.#tabs();
    if (focused) this.headElement.querySelector(`[data-name="${focused}"]`)?.focus();
  }

  #tabs() {
    if (!this.tabsElement) return;
    const tabs = [['overview', 'Overview'], ['events', 'Events', this.#events.length], ['source', 'YAML']];
    const pods = this.#pods();
    if (pods.length > 0) tabs.push(['logs', 'Logs', pods.length > 1 ? pods.length : 0]);
    const key = tabs.join('|') + this.#tab;
    if (this.tabsElement.dataset.key === key) return;
    this.tabsElement.dataset.key = key;
    const had = this.tabsElement.contains(document.activeElement);
    this.tabsElement.replaceChildren(...tabs.map(([id, text, n]) => el('button', {
      type: 'button', role: 'tab', id: `tab-${id}`, 'data-tab': id, 'data-name': `tab-${id}`, 'aria-selected': String(id === this.#tab), 'aria-controls': 'panel-body', tabindex: id === this.#tab ? '0' : '-1',
      onclick: () => this.#show(id),
      onkeydown: event => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        event.preventDefault();
        const ids = tabs.map(t => t[0]);
        this.#show(ids[(ids.indexOf(id) + step + ids.length) % ids.length]);
      },
    }, text, n ? el('span', { class: 'n' }, String(n)) : null)));
    this.bodyElement.setAttribute('aria-labelledby', `tab-${this.#tab}`);
    if (had) this.tabsElement.querySelector('[aria-selected=true]')?.focus();
  }

  #show(tab) {
    this.#tab = tab;
    const had = this.tabsElement.contains(document.activeElement);
    this.#tabs();
    this.#body();
    if (had) this.tabsElement.querySelector('[aria-selected=true]')?.focus();
  }

  #body() {
    if (this.#tab !== 'logs') {
      this.#logs?.stop();
      this.#logs = null;
    } else if (this.#logs) return;
    const at = this.bodyElement.scrollTop;
    const same = this.bodyElement.dataset.tab === this.#tab;
    this.bodyElement.dataset.tab = this.#tab;
    this.bodyElement.classList.toggle('filled', this.#tab === 'source' || this.#tab === 'logs');
    this.bodyElement.replaceChildren(...{ overview: () => this.#overview(), events: () => this.#eventList(), source: () => this.#source(), logs: () => this.#log() }[this.#tab]().filter(Boolean));
    this.bodyElement.scrollTop = same ? at : 0;
  }

  #overview() {
    const o = this.#object;
    const whole = this.#whole ?? o.raw;
    const links = linksOf(whole, o.kind);
    const conditions = Array.isArray(whole.status?.conditions) ? whole.status.conditions : [];
    const figures = this.#figures(whole);
    const labels = Object.entries(whole.metadata.labels ?? {});
    const kubectl = `kubectl${o.namespace ? ` -n ${o.namespace}` : ''} describe ${o.group && o.custom ? `${o.resource}.${o.group}` : o.kind.toLowerCase()} ${o.name}`;
    return [
      this.#failure && !this.#gone && el('p', { class: 'note bad' }, this.#failure),
      links.length > 0 && this.#section('Answers at', el('ul', { class: 'links-list' }, ...links.map(url => el('li', {}, el('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, icon(icons.out), url))))),
      figures.length > 0 && this.#section('Figures', el('dl', { class: 'figures' }, ...figures.map(([name, value]) => el('div', { class: `figure ${value.length > 22 ? 'wide' : ''}` }, el('dt', {}, name), el('dd', {}, value))))),
      conditions.length > 0 && this.#section('Conditions', el('ul', { class: 'conditions' }, ...conditions.map(c => {
        const level = conditionLevel(c);
        return el('li', { class: `condition ${tone(level)}` }, glyph(level),
          el('span', {}, el('span', { class: 'what' }, `${c.type}: ${c.status}`), c.reason && el('span', { class: 'reason' }, c.reason)),
          el('span', { class: 'age' }, c.lastTransitionTime ? age(Date.parse(c.lastTransitionTime)) : ''),
          c.message && el('span', { class: 'message' }, c.message));
      }))),
      labels.length > 0 && this.#section('Labels', el('ul', { class: 'labels' }, ...labels.map(([k, v]) => el('li', {}, el('span', {}, `${k}: `), v)))),
      this.#section('In a terminal', el('div', { class: 'command' }, el('code', {}, kubectl), this.#copyButton(() => kubectl))),
    ];
  }

  // What kubectl's columns say, and then what is plain in the status.
  #figures(whole) {
    const found = new Map();
    const row = this.#table?.rows?.[0];
    if (row) {
      this.#table.columnDefinitions.forEach((column, i) => {
        const value = row.cells[i];
        if (column.name === 'Name' || column.name === 'Age' || column.format === 'date' || value === null || value === undefined || value === '' || value === '<none>' || value === '<unset>') return;
        found.set(column.name, String(value));
      });
    }
    const known = new Set([...found.values()]);
    const add = (name, value) => {
      if (!['string', 'number', 'boolean'].includes(typeof value) || value === '' || known.has(String(value))) return;
      const words = name.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
      found.set(words[0].toUpperCase() + words.slice(1), /^\d{4}-\d\d-\d\dT/.test(value) ? `${age(Date.parse(value))} ago` : String(value));
    };
    for (const [name, value] of Object.entries(whole.status ?? {})) {
      if (name === 'observedGeneration' || name === 'url') continue;
      if (value && typeof value === 'object' && !Array.isArray(value)) for (const [part, inner] of Object.entries(value)) add(`${name} ${part}`, inner);
      else add(name, value);
    }
    return [...found].slice(0, 24);
  }

  #eventList() {
    if (this.#eventsFailure) return [el('p', { class: 'note bad' }, this.#eventsFailure)];
    if (this.#events.length === 0) return [el('p', { class: 'quiet' }, 'Nothing was reported about it lately.')];
    return [el('ul', { class: 'events' }, ...this.#events.map(event => {
      const count = event.series?.count ?? event.count ?? 1;
      return el('li', { class: 'event' }, glyph(event.type === 'Warning' ? 'warn' : 'ok'),
        el('span', {}, el('span', { class: 'reason' }, event.reason ?? ''), count > 1 && el('span', { class: 'times' }, ` × ${count}`), el('span', { class: 'times' }, ` · ${event.reportingComponent || event.source?.component || ''}`)),
        el('span', { class: 'age' }, age(when(event))),
        el('span', { class: 'message' }, event.message ?? event.note ?? ''));
    }))];
  }

  #source() {
    if (!this.#whole) return [el('p', { class: 'note bad' }, this.#failure ?? 'It is being read.')];
    const secret = this.#object.kind === 'Secret' && this.#object.group === '';
    const hide = path => secret && !this.#revealed && path.length === 2 && (path[0] === 'data' || path[0] === 'stringData');
    const masked = secret && !this.#revealed ? { ...this.#whole, data: Object.fromEntries(Object.entries(this.#whole.data ?? {}).map(([k, v]) => [k, `hidden (${v.length} characters)`])) } : this.#whole;
    const text = () => this.#format === 'json' ? JSON.stringify(masked, null, 2) : yamlLines(this.#whole, hide).map(line => line.map(p => p[1]).join('')).join('\n');
    const choose = format => () => { this.#format = format; this.#body(); };
    const pre = el('pre', { class: 'source', tabindex: '0', 'aria-label': 'The object as the API server has it' });
    if (this.#format === 'json') pre.textContent = text();
    else pre.append(...yamlLines(this.#whole, hide).flatMap(line => [...line.map(([kind, t]) => kind ? el('span', { class: kind }, t) : t), '\n']));
    return [
      el('div', { class: 'row' },
        el('button', { type: 'button', class: 'small-button', 'aria-pressed': String(this.#format === 'yaml'), onclick: choose('yaml') }, 'YAML'),
        el('button', { type: 'button', class: 'small-button', 'aria-pressed': String(this.#format === 'json'), onclick: choose('json') }, 'JSON'),
        el('span', { class: 'spacer' }),
        secret && el('button', { type: 'button', class: 'small-button', 'aria-pressed': String(this.#revealed), onclick: () => { this.#revealed = !this.#revealed; this.#body(); } }, this.#revealed ? 'Hide values' : 'Show values'),
        this.#copyButton(text)),
      pre,
    ];
  }

  #log() {
    this.#logs = new LogView(this.#pods());
    return [this.#logs.element];
  }

  #section(title, ...content) {
    return el('section', {}, el('h3', {}, title), ...content);
  }

  #copyButton(text) {
    const button = el('button', {
      type: 'button', class: 'small-button', onclick: async () => {
        try {
          await navigator.clipboard.writeText(text());
          button.textContent = 'Copied';
        } catch {
          button.textContent = 'Not allowed';
        }
        setTimeout(() => { button.textContent = 'Copy'; }, 1500);
      },
    }, 'Copy');
    return button;
  }
}

const when = event => Date.parse(event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp);
