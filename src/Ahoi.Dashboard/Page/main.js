import { get, token } from './api.js';
import { Cluster } from './cluster.js';
import { Detail } from './detail.js';
import { Forest } from './forest.js';
import { LEVELS, LEVEL_NAMES } from './states.js';
import { el, glyph, plural } from './text.js';
import { wireTheme } from './theme.js';
import { TreeView } from './view.js';
import { Watches } from './watches.js';

const $ = id => document.getElementById(id);
const DRAW_EVERY = 120;
const PATIENCE = 6000;

wireTheme($('theme'));

const filter = {
  words: '', namespace: '', kind: '', levels: new Set(),
  get active() { return this.words !== '' || this.namespace !== '' || this.kind !== '' || this.levels.size > 0; },
  fits(object) {
    return (this.namespace === '' || object.namespace === this.namespace || (object.kind === 'Namespace' && object.name === this.namespace))
      && (this.kind === '' || object.kindId === this.kind)
      && (this.levels.size === 0 || this.levels.has(object.state.level))
      && (this.words === '' || object.name.toLowerCase().includes(this.words) || object.kind.toLowerCase().includes(this.words)
        || `${object.namespace}/${object.name}`.toLowerCase().includes(this.words) || Object.entries(object.labels).some(([k, v]) => `${k}=${v}`.toLowerCase().includes(this.words)));
  },
};

const noToken = () => {
  $('live').dataset.state = 'lost';
  $('live-text').textContent = 'Not signed in';
  $('empty').hidden = false;
  $('empty').replaceChildren(
    el('h2', {}, 'Open the dashboard by its whole URL'),
    el('p', {}, 'It was printed when the dashboard started, and ends in #token=…. A token holds until its dashboard stops.'),
    el('pre', {}, 'ahoi dashboard'));
};

const start = () => {
  const forest = new Forest();
  let connected = false;
  let lostAt = null;
  let due = null;
  let drawnAt = 0;

  const later = () => {
    due ??= setTimeout(draw, Math.max(0, DRAW_EVERY - (performance.now() - drawnAt)));
  };
  const watches = new Watches(is => { connected = is; later(); });
  const cluster = new Cluster(watches, later);
  const view = new TreeView({ canvas: $('canvas'), sheet: $('sheet'), tree: $('tree'), links: $('links') }, {
    onToggle: (id, open) => { forest.toggle(id, open); draw(); },
    onSelect: object => select(object),
  });
  const detail = new Detail($('panel'), {
    cluster, watches, forest,
    onSelect: object => select(object),
    onClose: uid => { view.select(null); view.focus(view.has(uid) ? uid : undefined); },
  });
  const select = object => {
    view.select(object.uid);
    detail.open(object);
    requestAnimationFrame(() => view.reveal(object.uid)); // The panel takes some of its room.
  };

  function draw() {
    clearTimeout(due);
    due = null;
    drawnAt = performance.now();
    const layout = forest.lay(looking() ? new Map() : cluster.objects, filter, false);
    view.show(layout, filter.words);
    detail.refresh();
    drawAround(layout);
  }

  // Children may come before their owners: the first picture waits for all kinds, but not for ever.
  const looking = () => {
    const { of, ready } = cluster.progress();
    return performance.now() < PATIENCE && (!cluster.discovered || ready < of);
  };

  const drawAround = layout => {
    const tree = [...forest.inTree].map(uid => cluster.objects.get(uid));
    const { of, ready, denied, failing } = cluster.progress();
    const first = cluster.discovered && ready < of;
    $('progress').hidden = !first;
    $('progress-bar').style.width = `${of ? Math.round(100 * ready / of) : 0}%`;

    const away = !connected || failing;
    if (away) lostAt ??= Date.now();
    else lostAt = null;
    $('live').dataset.state = away ? 'lost' : first || !cluster.discovered ? 'loading' : 'live';
    $('live-text').textContent = away ? 'Not connected' : first || !cluster.discovered ? 'Reading' : 'Live';
    drawBanner(failing, denied);

    drawSummary(tree);
    drawChoices(tree);
    const matching = filter.active ? tree.filter(o => filter.fits(o)).length : tree.length;
    setText($('count'), filter.active ? `${matching} of ${tree.length} objects` : `${tree.length} object${tree.length === 1 ? '' : 's'}`);
    const nothing = !layout.rows.some(r => r.type !== 'heading') && cluster.discovered && !first;
    $('empty').hidden = !nothing;
    if (nothing) drawEmpty(tree.length);
  };

  const setText = (element, text) => { if (element.textContent !== text) element.textContent = text; };

  const drawBanner = (failing, denied) => {
    const banner = $('banner');
    // A moment's loss is nobody's business: watches end and begin all the time.
    if (lostAt !== null && Date.now() - lostAt > 1500) {
      const from = new Date(lostAt).toLocaleTimeString();
      const signedOut = cluster.failingCode === 401 && !cluster.discovered;
      setText(banner, !connected
        ? signedOut ? 'This token is not the dashboard’s any more. Open the dashboard by the URL that was printed last.' : `The dashboard’s own process does not answer; what you see is from ${from}. Trying again.`
        : `The API server does not answer; what you see is from ${from}. Trying again. (${failing})`);
      banner.classList.remove('gentle');
      banner.hidden = false;
    } else if (lostAt === null && denied.length > 0) {
      setText(banner, `Not shown, because your user may not list them: ${denied.slice(0, 6).map(k => k.resource).join(', ')}${denied.length > 6 ? ` and ${denied.length - 6} more` : ''}.`);
      banner.classList.add('gentle');
      banner.hidden = false;
    } else if (lostAt === null) banner.hidden = true;
    if (lostAt !== null) setTimeout(later, 1600);
  };

  const drawSummary = tree => {
    const counts = {};
    for (const { state } of tree) counts[state.level] = (counts[state.level] ?? 0) + 1;
    const shown = LEVELS.filter(l => l !== 'none' && (counts[l] || filter.levels.has(l)));
    const key = shown.map(l => `${l}${counts[l] ?? 0}${filter.levels.has(l)}`).join();
    const summary = $('summary');
    if (summary.dataset.key === key) return;
    summary.dataset.key = key;
    const focused = document.activeElement?.dataset.level;
    summary.replaceChildren(...shown.map(level => el('button', {
      type: 'button', class: 'chip', 'data-level': level, 'aria-pressed': String(filter.levels.has(level)),
      onclick: () => { filter.levels.has(level) ? filter.levels.delete(level) : filter.levels.add(level); draw(); },
    }, glyph(level), el('b', {}, String(counts[level] ?? 0)), LEVEL_NAMES[level])));
    if (focused) summary.querySelector(`[data-level=${focused}]`)?.focus();
  };

  const choices = (select, entries) => {
    const key = entries.map(e => e.join(':')).join();
    if (select.dataset.key === key) return;
    select.dataset.key = key;
    const chosen = select.value;
    select.replaceChildren(el('option', { value: '' }, 'All'), ...entries.map(([value, text]) => el('option', { value }, text)));
    select.value = chosen;
  };

  const drawChoices = tree => {
    choices($('namespace'), [...new Set(tree.map(o => o.namespace).filter(Boolean))].sort().map(n => [n, n]));
    const kinds = Map.groupBy(tree, o => o.kindId);
    choices($('kind'), [...kinds].map(([id, list]) => [id, `${plural(list[0].kind)} (${list.length})`]).sort((a, b) => a[1].localeCompare(b[1])));
  };

  const drawEmpty = all => $('empty').replaceChildren(...filter.active
    ? [el('h2', {}, 'Nothing fits'), el('p', {}, `None of ${all} objects fits what you are looking for.`)]
    : [el('h2', {}, 'Nothing is owned here yet'), el('p', {}, 'Apply a custom resource, and what its operator makes of it appears here as it comes.'), el('pre', {}, 'kubectl apply -f customer.yaml')]);

  // What somebody asks for.
  $('search').addEventListener('input', event => { filter.words = event.target.value.trim().toLowerCase(); draw(); });
  $('search').addEventListener('keydown', event => {
    if (event.key === 'Escape') { event.target.value = ''; filter.words = ''; draw(); view.focus(); }
    if (event.key === 'ArrowDown' || event.key === 'Enter') { event.preventDefault(); view.focus(); }
  });
  $('namespace').addEventListener('change', event => { filter.namespace = event.target.value; draw(); });
  $('kind').addEventListener('change', event => { filter.kind = event.target.value; draw(); });
  $('supporting').addEventListener('change', event => cluster.showSupporting(event.target.checked));
  $('expand').addEventListener('click', () => {
    for (let rows = -1; ;) {
      const layout = forest.lay(cluster.objects, filter, true);
      if (layout.rows.length === rows) break;
      rows = layout.rows.length;
      for (const row of layout.rows) if (row.children > 0) forest.toggle(row.id, true);
    }
    draw();
  });
  $('collapse').addEventListener('click', () => {
    for (const row of forest.lay(cluster.objects, filter, true).rows) if (row.children > 0) forest.toggle(row.id, false);
    draw();
  });
  document.addEventListener('keydown', event => {
    if (event.key === '/' && !event.target.closest('input, select, textarea')) {
      event.preventDefault();
      $('search').focus();
    }
    if (event.key === 'Escape' && !event.target.closest('input, select')) detail.close();
  });

  get('/cluster').then(({ server, context }) => {
    $('cluster').replaceChildren(context ? el('strong', {}, context) : '', context ? ` ${server.replace(/\/$/, '')}` : server.replace(/\/$/, ''));
    document.title = `${context ?? new URL(server).host} · Ahoi`;
  }).catch(() => { /* The banner says what is the matter. */ });
  cluster.start();
  setTimeout(later, PATIENCE);
  later();
};

token ? start() : noToken();
