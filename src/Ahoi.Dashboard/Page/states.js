// What state an object is in: a level, which has a shape and a colour, and a word or two.

export const LEVELS = ['bad', 'warn', 'progress', 'deleting', 'ok', 'done', 'idle', 'none'];

export const LEVEL_NAMES = { bad: 'failing', warn: 'attention', progress: 'in progress', deleting: 'deleting', ok: 'ready', done: 'done', idle: 'idle', none: 'no status' };

const state = (level, text) => ({ level, text });
const condition = (object, type) => object.status?.conditions?.find(c => c.type === type);

const BAD_WAITING = /BackOff|^Err|Error|Invalid|NeverPull|CreateContainer|RunContainer/;

const pod = ({ spec = {}, status = {} }) => {
  const containers = [...status.initContainerStatuses ?? [], ...status.containerStatuses ?? []];
  const waiting = containers.map(c => c.state?.waiting).find(w => w?.reason && BAD_WAITING.test(w.reason));
  if (waiting) return state('bad', waiting.reason);
  if (status.phase === 'Failed') return state('bad', status.reason ?? 'Failed');
  if (status.phase === 'Succeeded') return state('done', 'Completed');
  if (status.phase === 'Running') {
    const main = status.containerStatuses ?? [];
    const ready = main.filter(c => c.ready).length;
    const restarts = main.reduce((sum, c) => sum + (c.restartCount ?? 0), 0);
    const text = `${ready}/${main.length || spec.containers?.length || 0} ready${restarts ? `, ${restarts} restart${restarts === 1 ? '' : 's'}` : ''}`;
    return state(condition({ status }, 'Ready')?.status === 'True' ? 'ok' : 'progress', text);
  }
  const scheduled = status.conditions?.find(c => c.type === 'PodScheduled');
  if (scheduled?.status === 'False') return state('warn', scheduled.reason ?? 'Unschedulable');
  const begun = containers.map(c => c.state?.waiting?.reason).find(Boolean);
  return state('progress', begun ?? status.phase ?? 'Pending');
};

const counted = (ready, wanted, object) => {
  const observed = object.status?.observedGeneration;
  if (observed !== undefined && observed < (object.metadata.generation ?? 0)) return state('progress', 'Updating');
  if (wanted === 0) return state('idle', 'Scaled to 0');
  return state(ready >= wanted ? 'ok' : 'progress', `${ready}/${wanted} ready`);
};

const kinds = {
  Pod: pod,
  Deployment: o => condition(o, 'Progressing')?.reason === 'ProgressDeadlineExceeded'
    ? state('bad', `${o.status.readyReplicas ?? 0}/${o.spec.replicas ?? 1} ready, stuck`)
    : condition(o, 'ReplicaFailure')?.status === 'True' ? state('bad', condition(o, 'ReplicaFailure').reason ?? 'ReplicaFailure') : counted(o.status?.readyReplicas ?? 0, o.spec?.replicas ?? 1, o),
  StatefulSet: o => counted(o.status?.readyReplicas ?? 0, o.spec?.replicas ?? 1, o),
  ReplicaSet: o => counted(o.status?.readyReplicas ?? 0, o.spec?.replicas ?? 1, o),
  DaemonSet: o => counted(o.status?.numberReady ?? 0, o.status?.desiredNumberScheduled ?? 0, o),
  Job: o => condition(o, 'Failed')?.status === 'True' ? state('bad', condition(o, 'Failed').reason ?? 'Failed')
    : condition(o, 'Complete')?.status === 'True' ? state('done', 'Complete')
      : o.spec?.suspend ? state('idle', 'Suspended')
        : state('progress', o.status?.active ? `${o.status.active} active${o.status.failed ? `, ${o.status.failed} failed` : ''}` : 'Starting'),
  CronJob: o => o.spec?.suspend ? state('idle', 'Suspended') : state('ok', o.spec?.schedule ?? ''),
  PersistentVolumeClaim: o => o.status?.phase === 'Bound' ? state('ok', `Bound ${o.status.capacity?.storage ?? ''}`.trim()) : o.status?.phase === 'Lost' ? state('bad', 'Lost') : state('progress', o.status?.phase ?? 'Pending'),
  PersistentVolume: o => o.status?.phase === 'Failed' ? state('bad', 'Failed') : state(o.status?.phase === 'Bound' ? 'ok' : 'idle', o.status?.phase ?? ''),
  Namespace: o => o.status?.phase === 'Terminating' ? state('deleting', 'Terminating') : state('ok', o.status?.phase ?? 'Active'),
  Node: o => condition(o, 'Ready')?.status === 'True' ? (o.spec?.unschedulable ? state('warn', 'Cordoned') : state('ok', 'Ready')) : state('bad', 'Not ready'),
  Service: o => state('none', o.spec?.type === 'ExternalName' ? o.spec.externalName ?? '' : o.spec?.clusterIP === 'None' ? 'Headless' : `${o.spec?.clusterIP ?? ''} ${(o.spec?.ports ?? []).map(p => p.port).join(', ')}`.trim()),
  Ingress: o => state(o.status?.loadBalancer?.ingress?.length ? 'ok' : 'none', o.spec?.rules?.map(r => r.host).filter(Boolean).join(', ') || 'Any host'),
  HorizontalPodAutoscaler: o => state(condition(o, 'ScalingActive')?.status === 'False' ? 'warn' : 'ok', `${o.status?.currentReplicas ?? 0} of ${o.spec?.minReplicas ?? 1}–${o.spec?.maxReplicas ?? 1}`),
};

const GOOD = ['Ready', 'Available', 'Healthy', 'Synced', 'Succeeded', 'Established', 'Bound', 'Programmed', 'Accepted'];
const ILL = ['Stalled', 'Degraded', 'Failed', 'Failing', 'Error'];
const MOVING = ['Progressing', 'Reconciling', 'Provisioning'];
const WRONG = /fail|error|invalid|conflict|denied|forbidden|refused|stalled|notfound|missing|taken|exhausted|exceeded|unsupported|broken/i;

const PHASES = { ready: 'ok', running: 'ok', active: 'ok', available: 'ok', healthy: 'ok', bound: 'ok', serving: 'ok', live: 'ok', failed: 'bad', error: 'bad', degraded: 'warn', succeeded: 'done', complete: 'done', completed: 'done', suspended: 'idle', paused: 'idle', stopped: 'idle', hibernated: 'idle', sleeping: 'idle' };

export const conditionLevel = c => {
  if (c.status === 'Unknown') return 'progress';
  const holds = c.status === 'True';
  if (ILL.includes(c.type) || /Pressure$|Unavailable$|Failure$/.test(c.type)) return holds ? 'bad' : 'ok';
  if (MOVING.includes(c.type)) return holds ? (c.reason === 'NewReplicaSetAvailable' ? 'ok' : 'progress') : 'none';
  if (c.type === 'Suspended' || c.type === 'Paused') return holds ? 'idle' : 'none';
  if (holds) return 'ok';
  return WRONG.test(c.reason ?? '') ? 'bad' : GOOD.includes(c.type) || /Ready$|Available$/.test(c.type) ? 'progress' : 'none';
};

const custom = o => {
  const status = o.status;
  if (!status) return state('none', 'No status yet');
  const conditions = Array.isArray(status.conditions) ? status.conditions : [];
  const ill = conditions.find(c => ILL.includes(c.type) && c.status === 'True');
  if (ill) return state(ill.type === 'Degraded' ? 'warn' : 'bad', ill.reason || ill.type);
  const phase = [status.phase, status.state].find(p => typeof p === 'string' && p);
  const main = GOOD.map(type => conditions.find(c => c.type === type)).find(Boolean);
  if (main) {
    const level = conditionLevel(main);
    const quiet = level === 'progress' && PHASES[phase?.toLowerCase()] === 'idle' ? 'idle' : level;
    return state(quiet, phase ?? (main.status === 'True' ? main.type : main.reason || `Not ${main.type.toLowerCase()}`));
  }
  if (phase) return state(PHASES[phase.toLowerCase()] ?? 'progress', phase);
  const moving = conditions.find(c => MOVING.includes(c.type) && c.status === 'True');
  if (moving) return state('progress', moving.reason || moving.type);
  return state('none', conditions.length ? `${conditions.length} conditions` : 'No conditions');
};

export const stateOf = (object, kind, isCustomKind, whole) => {
  const meta = object.metadata;
  if (meta.deletionTimestamp) return state('deleting', 'Deleting');
  if (!whole) return state('none', '');
  if (isCustomKind) return custom(object);
  return kinds[kind]?.(object) ?? state('none', '');
};

// Addresses that a person can open: what the status says it answers at, and the hosts of an Ingress.
export const linksOf = (object, kind) => {
  const found = [];
  const add = url => { if (/^https?:\/\/[^\s]+$/i.test(url) && !found.includes(url)) found.push(url); };
  const status = object.status ?? {};
  for (const value of [status.url, status.address?.url, ...Array.isArray(status.urls) ? status.urls : []]) if (typeof value === 'string') add(value);
  // A database has a host too, which no browser opens.
  const web = status.port === undefined || status.port === 80 || status.port === 443;
  for (const host of !web ? [] : [status.host, ...Array.isArray(status.hosts) ? status.hosts : []]) if (typeof host === 'string' && host.includes('.') && !/\.svc(\.|$)/.test(host) && !found.some(u => u.includes(host))) add(`https://${host}`);
  if (kind === 'Ingress') {
    const secure = new Set((object.spec?.tls ?? []).flatMap(t => t.hosts ?? []));
    const at = status.loadBalancer?.ingress?.[0];
    for (const rule of object.spec?.rules ?? []) {
      if (!rule.host || rule.host.startsWith('*')) continue;
      const scheme = secure.has(rule.host) ? 'https' : 'http';
      const port = at?.ports?.find(p => p.port !== 80 && p.port !== 443)?.port;
      add(`${scheme}://${rule.host}${port && at.ip?.startsWith('127.') ? `:${port}` : ''}${rule.http?.paths?.[0]?.path ?? '/'}`);
    }
  }
  return found;
};
