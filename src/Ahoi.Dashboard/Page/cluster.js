import { get } from './api.js';
import { isCustom, isRead, isSupporting, isWhole } from './kinds.js';
import { stateOf } from './states.js';

const DISCOVERY = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const DESCRIBED_BY = 'ahoi.dev/described-by';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const LISTS_AT_ONCE = 4;

const pause = ms => new Promise(done => setTimeout(done, ms));

// The objects of the cluster, kept as the API server has them: a list and a watch for each kind.
export class Cluster {
  objects = new Map();
  kinds = new Map();
  supporting = false;
  discovered = false;

  #watches;
  #onChange;
  #lists = 0;
  #queue = [];

  constructor(watches, onChange) {
    this.#watches = watches;
    this.#onChange = onChange;
  }

  async start() {
    await this.#discover();
    // A kind that is defined while somebody looks appears too.
    this.#follow({ id: 'definitions', path: DEFINITIONS, whole: false, take: () => this.#rediscover(), denied: false, ready: true }, true);
    setInterval(() => this.#rediscover(), 60000);
  }

  showSupporting(show) {
    this.supporting = show;
    for (const kind of this.kinds.values()) this.#begin(kind);
    this.#onChange();
  }

  // How far the first look has come, what is not for this user, and what does not answer.
  progress() {
    const wanted = [...this.kinds.values()].filter(k => k.begun);
    return {
      of: wanted.length,
      ready: wanted.filter(k => k.ready || k.denied).length,
      denied: wanted.filter(k => k.denied),
      failing: wanted.find(k => k.failing)?.failing ?? this.failing ?? null,
    };
  }

  #rediscover() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.#discover(), 700);
  }

  async #discover() {
    for (let wait = 500; ; wait = Math.min(wait * 2, 8000)) {
      try {
        const [core, groups] = await Promise.all([get('/api', { accept: DISCOVERY }), get('/apis', { accept: DISCOVERY })]);
        this.failing = null;
        this.#take([...core.items ?? [], ...groups.items ?? []]);
        this.discovered = true;
        return;
      } catch (failure) {
        if (!this.discovered) {
          this.failing = failure.message;
          this.failingCode = failure.code;
          this.#onChange();
          if (failure.code === 401) return;
        }
        await pause(wait);
      }
    }
  }

  #take(groups) {
    const found = new Map();
    for (const { metadata, versions } of groups) {
      const group = metadata.name ?? '';
      for (const { version, resources } of versions) {
        for (const { resource, responseKind, scope, verbs, singularResource } of resources ?? []) {
          const id = `${resource}.${group}`;
          if (found.has(id) || !verbs.includes('list') || !verbs.includes('watch') || !isRead(resource)) continue;
          const path = group === '' ? `/api/${version}/${resource}` : `/apis/${group}/${version}/${resource}`;
          found.set(id, { id, group, version, resource, kind: responseKind.kind, singular: singularResource, namespaced: scope === 'Namespaced', path, whole: isWhole(group, resource), custom: isCustom(group), supporting: isSupporting(resource) });
        }
      }
    }
    for (const [id, kind] of found) {
      if (this.kinds.has(id)) continue;
      this.kinds.set(id, kind);
      this.#begin(kind);
    }
    for (const [id, kind] of this.kinds) {
      if (!found.has(id)) this.#forget(kind);
    }
    this.#onChange();
  }

  #begin(kind) {
    if (kind.begun || (kind.supporting && !this.supporting)) return;
    kind.begun = true;
    this.#follow(kind, false);
  }

  #forget(kind) {
    kind.stopped = true;
    kind.close?.();
    this.kinds.delete(kind.id);
    for (const [uid, object] of this.objects) if (object.kindId === kind.id) this.objects.delete(uid);
  }

  async #follow(kind, bare) {
    let version = null;
    let wait = 500;
    const failed = failure => {
      kind.failing = failure.code === 403 || failure.code === 404 || failure.code === 405 ? null : failure.message;
      kind.denied = failure.code === 403;
      if (failure.code === 404 || failure.code === 405) this.#forgetObjects(kind, new Set());
      this.#onChange();
    };
    while (!kind.stopped) {
      try {
        if (version === null) version = bare ? await this.#listBare(kind) : await this.#list(kind);
        kind.ready = true;
        kind.denied = false;
        this.#onChange();
        const end = await this.#watch(kind, version, () => { wait = 500; if (kind.failing) { kind.failing = null; this.#onChange(); } });
        version = end.code === 410 ? null : end.version;
        if (end.code !== 200 && end.code !== 410) {
          // 403, 404 and the like: what is listed anew says what is the matter.
          if (end.code >= 400 && end.code < 500 && end.code !== 429) version = null;
          else failed(end);
          await pause(wait);
          wait = Math.min(wait * 1.7, 8000);
        } else {
          await pause(50 + Math.random() * 100);
        }
      } catch (failure) {
        failed(failure);
        await pause(kind.denied ? 60000 : wait);
        wait = Math.min(wait * 1.7, 8000);
      }
    }
  }

  async #listBare(kind) {
    const list = await get(`${kind.path}?limit=1`, { accept: `${METADATA_LIST},application/json` });
    kind.take();
    return list.metadata.resourceVersion;
  }

  async #list(kind) {
    await this.#slot();
    try {
      const seen = new Set();
      const accept = kind.whole ? 'application/json' : `${METADATA_LIST},application/json`;
      let next = '';
      for (;;) {
        const list = await get(`${kind.path}?limit=500${next ? `&continue=${encodeURIComponent(next)}` : ''}`, { accept });
        for (const item of list.items ?? []) {
          seen.add(item.metadata.uid);
          this.#put(kind, item);
        }
        this.#onChange();
        next = list.metadata.continue;
        if (!next) {
          this.#forgetObjects(kind, seen);
          return list.metadata.resourceVersion;
        }
      }
    } finally {
      this.#lists--;
      this.#queue.shift()?.();
    }
  }

  async #slot() {
    if (this.#lists >= LISTS_AT_ONCE) await new Promise(go => this.#queue.push(go));
    this.#lists++;
  }

  #watch(kind, from, onBegun) {
    let version = from;
    let gone = false;
    const limit = 240 + Math.floor(Math.random() * 120);
    const path = `${kind.path}?watch=true&allowWatchBookmarks=true&timeoutSeconds=${limit}&resourceVersion=${encodeURIComponent(from)}`;
    return new Promise(done => {
      kind.close = this.#watches.open(path, kind.whole ? 'application/json' : `${METADATA},application/json`, {
        begun: onBegun,
        event: ({ type, object }) => {
          if (type === 'ERROR') {
            gone = object.code === 410;
            return;
          }
          version = object.metadata.resourceVersion;
          if (type === 'BOOKMARK') return;
          if (kind.take) kind.take();
          else if (type === 'DELETED') this.objects.delete(object.metadata.uid);
          else this.#put(kind, object);
          this.#onChange();
        },
        end: status => done({ code: gone ? 410 : status.code, message: status.message, version }),
      });
    });
  }

  #forgetObjects(kind, seen) {
    for (const [uid, object] of this.objects) if (object.kindId === kind.id && !seen.has(uid)) this.objects.delete(uid);
  }

  #put(kind, raw) {
    const meta = raw.metadata;
    const before = this.objects.get(meta.uid);
    if (before?.resourceVersion === meta.resourceVersion) return;
    delete meta.managedFields;
    const owners = (meta.ownerReferences ?? []).toSorted((a, b) => Number(b.controller ?? false) - Number(a.controller ?? false)).map(o => o.uid);
    const state = stateOf(raw, kind.kind, kind.custom, kind.whole);
    this.objects.set(meta.uid, {
      uid: meta.uid,
      kindId: kind.id,
      group: kind.group,
      kind: kind.kind,
      custom: kind.custom,
      path: `${kind.path.slice(0, -kind.resource.length)}${meta.namespace ? `namespaces/${meta.namespace}/` : ''}${kind.resource}/${meta.name}`,
      resource: kind.resource,
      namespace: meta.namespace ?? '',
      name: meta.name,
      resourceVersion: meta.resourceVersion,
      created: Date.parse(meta.creationTimestamp),
      owners,
      describedBy: meta.annotations?.[DESCRIBED_BY]?.split('/')[4] ?? null,
      labels: meta.labels ?? {},
      state,
      idleSet: kind.kind === 'ReplicaSet' && (raw.spec?.replicas ?? 1) === 0 && !(raw.status?.replicas > 0),
      raw,
      changedAt: before ? (before.state.text !== state.text || before.state.level !== state.level ? performance.now() : before.changedAt) : 0,
    });
  }
}
