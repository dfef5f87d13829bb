import { classOf, rank } from './kinds.js';
import { plural } from './text.js';
import { LEVELS } from './states.js';

export const SIZE = { width: 256, height: 50, row: 62, column: 312, left: 28, top: 20, gap: 12, heading: 34 };

const GROUP_FROM = 6;     // So many children of one kind are one node, until somebody opens it.
const ROOTS_FROM = 40;
const OPEN_ROWS = 90;     // What is opened by itself: a screen or two, not a cluster.

const byName = (a, b) => rank(a) - rank(b) || Number(a.idleSet) - Number(b.idleSet) || a.kind.localeCompare(b.kind) || a.namespace.localeCompare(b.namespace) || a.name.localeCompare(b.name, undefined, { numeric: true });

// Puts objects below their owners, and decides what of that is shown and where.
export class Forest {
  #open = new Map();      // What somebody opened or closed, and what was opened by itself: it stays as it is.

  toggle(id, open) {
    this.#open.set(id, open);
  }

  forget() {
    this.#open.clear();
  }

  // The rows to draw, in the order in which one reads and walks them.
  lay(objects, filter, openAll) {
    const children = new Map();
    const parents = new Map();
    for (const object of objects.values()) {
      const owner = object.owners.find(uid => objects.has(uid) && uid !== object.uid) ?? (objects.has(object.describedBy) ? object.describedBy : undefined);
      if (owner === undefined) continue;
      parents.set(object.uid, owner);
      if (!children.has(owner)) children.set(owner, []);
      children.get(owner).push(object);
    }
    this.children = children;
    this.parents = parents;

    const roots = [...objects.values()].filter(o => !parents.has(o.uid) && (o.custom || children.has(o.uid) || o.kind === 'Pod'));
    const shown = filter.active ? this.#matching(objects, filter, parents) : null;
    const inTree = new Set();
    const walk = list => { for (const o of list) if (!inTree.has(o.uid)) { inTree.add(o.uid); walk(children.get(o.uid) ?? []); } };
    walk(roots);
    this.inTree = inTree;

    const context = { shown, openAll, budget: OPEN_ROWS, rows: [], links: [], free: [] };
    const custom = roots.filter(o => o.custom).sort(byName);
    const others = roots.filter(o => !o.custom).sort(byName);
    context.budget -= custom.length;
    context.free[0] = SIZE.top;
    this.#section(context, custom, false);
    this.#section(context, others, custom.length > 0);
    context.height = lowest(context) + 40;
    context.width = SIZE.left + (Math.max(0, ...context.rows.map(r => r.level)) * SIZE.column) + 60;
    return context;
  }

  // The objects that fit, and everything they hang from; what hangs from them comes along.
  #matching(objects, filter, parents) {
    const shown = new Map();
    for (const object of objects.values()) {
      if (!filter.fits(object)) continue;
      shown.set(object.uid, true);
      for (let up = parents.get(object.uid), steps = 0; up !== undefined && steps < 50; up = parents.get(up), steps++) {
        if (!shown.has(up)) shown.set(up, false);
      }
    }
    return shown;
  }

  #section(context, roots, folded) {
    const list = context.shown ? roots.filter(r => context.shown.has(r.uid)) : roots;
    const kinds = Map.groupBy(list, r => r.kindId);
    if (folded && list.length > 0) this.#heading(context, 'others', 'Other owners');
    let position = 0;
    const setSize = [...kinds.values()].reduce((sum, group) => sum + (this.#isFolded(group, folded) ? 1 : group.length), 0);
    for (const group of kinds.values()) {
      if (!folded) this.#heading(context, group[0].kindId, plural(group[0].kind), group.length);
      const place = { level: 1, parent: null, setSize };
      if (this.#isFolded(group, folded)) this.#group(context, { id: `roots/${group[0].kindId}`, members: group, from: lowest(context), position: ++position, ...place });
      else {
        for (const root of group) {
          this.#object(context, { object: root, from: lowest(context), position: ++position, ...place });
          if (this.children.get(root.uid)) context.free[0] = lowest(context) + SIZE.gap;
        }
      }
      context.free[0] = lowest(context) + SIZE.gap;
    }
  }

  #heading(context, id, text, count) {
    const y = lowest(context);
    context.rows.push({ id: `heading/${id}`, type: 'heading', text, count, level: 1, x: SIZE.left, y });
    context.free[0] = y + SIZE.heading;
  }

  #isFolded(group, folded) {
    return folded ? group.length > 1 : group.length >= ROOTS_FROM;
  }

  // Groups large families: by kind, and ReplicaSets of the past apart from those that run.
  #family(context, uid) {
    let family = this.children.get(uid) ?? [];
    if (context.shown) {
      // Below a match everything may be looked at; above one, only the way to it.
      const inside = family.filter(o => context.shown.has(o.uid));
      family = inside.length > 0 || context.shown.get(uid) === false ? inside : family;
    }
    const sorted = family.toSorted(byName);
    const parts = [];
    for (const group of Map.groupBy(sorted, o => o.kindId + (o.idleSet ? '/idle' : '')).values()) {
      if (group.length >= GROUP_FROM || (group[0].idleSet && sorted.length > 1 && group.length > 1)) parts.push({ id: `${uid}/${group[0].kindId}${group[0].idleSet ? '/idle' : ''}`, members: group });
      else parts.push(...group.map(object => ({ object })));
    }
    return parts;
  }

  #decide(context, id, rows, isGroup) {
    if (context.openAll) return true;
    if (!this.#open.has(id)) {
      if (context.shown && !isGroup) return rows <= 12;
      this.#open.set(id, !isGroup && rows <= context.budget);
    }
    return this.#open.get(id);
  }

  // Below what is above in its column; what has children open begins where they have room, so that no two families mix.
  #place(context, { level, from }, open) {
    const y = Math.max(from, context.free[level] ?? 0, open ? context.free[level + 1] ?? 0 : 0);
    context.free[level] = y + SIZE.row;
    return { x: SIZE.left + (level - 1) * SIZE.column, y };
  }

  #object(context, { object, level, from, parent, position, setSize }) {
    const family = this.#family(context, object.uid);
    const open = family.length > 0 && (context.shown?.get(object.uid) === false && !this.#open.has(object.uid) ? true : this.#decide(context, object.uid, family.length, false));
    const row = {
      id: object.uid, type: 'object', object, level, ...this.#place(context, { level, from }, open), parent, position, setSize, open,
      children: family.length, count: this.children.get(object.uid)?.length ?? 0, className: classOf(object.group, object.kind),
      matches: context.shown ? context.shown.get(object.uid) === true : null,
      trouble: open ? 0 : this.#trouble(object.uid),
    };
    context.rows.push(row);
    if (open) {
      context.budget -= family.length - 1;
      this.#parts(context, row, family);
    }
    return row;
  }

  // What is wrong below something that is closed, so that nobody has to open it to know.
  #trouble(uid, depth = 0) {
    let count = 0;
    for (const child of this.children.get(uid) ?? []) count += Number(child.state.level === 'bad') + (depth < 12 ? this.#trouble(child.uid, depth + 1) : 0);
    return count;
  }

  #group(context, { id, members, level, from, parent, position, setSize }) {
    const levels = {};
    for (const { state } of members) levels[state.level] = (levels[state.level] ?? 0) + 1;
    const open = this.#decide(context, id, members.length, true);
    const row = {
      id, type: 'group', members, levels, worst: LEVELS.find(l => levels[l]), level, ...this.#place(context, { level, from }, open), parent, position, setSize, open,
      children: members.length, count: members.length, className: classOf(members[0].group, members[0].kind),
      trouble: open ? 0 : members.reduce((sum, m) => sum + this.#trouble(m.uid), 0),
    };
    context.rows.push(row);
    if (open) this.#parts(context, row, members.map(object => ({ object })));
    return row;
  }

  #parts(context, row, parts) {
    parts.forEach((part, index) => {
      const place = { level: row.level + 1, from: row.y, parent: row.id, position: index + 1, setSize: parts.length };
      const { y } = part.object ? this.#object(context, { object: part.object, ...place }) : this.#group(context, { ...part, ...place });
      context.links.push({ from: row, y, described: part.object !== undefined && row.type === 'object' && !part.object.owners.includes(row.id), bad: part.object?.state.level === 'bad' || (part.members?.some(m => m.state.level === 'bad') ?? false) });
    });
  }
}

const lowest = ({ free }) => Math.max(...free.filter(y => y !== undefined));
