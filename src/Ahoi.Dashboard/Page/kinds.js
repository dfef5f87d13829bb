// What is known about kinds: which are read, how much of them, and how they are shown.

const BUILT_IN = new Set(['', 'apps', 'batch', 'autoscaling', 'policy', 'extensions']);

export const isCustom = group => !BUILT_IN.has(group) && !group.endsWith('.k8s.io');

// Reported about objects, copied from them, or of the cluster's own making: they are nobody's children here.
const NEVER = new Set([
  'events', 'componentstatuses', 'customresourcedefinitions', 'apiservices', 'flowschemas', 'prioritylevelconfigurations', 'csinodes',
  'csistoragecapacities', 'runtimeclasses', 'ipaddresses', 'servicecidrs', 'priorityclasses', 'storageversions', 'podtemplates', 'csidrivers',
]);

// Shown when somebody asks for them.
const SUPPORTING = new Set(['endpoints', 'endpointslices', 'controllerrevisions', 'leases']);

// Of these the status is read; of all other built-in kinds, Secrets among them, metadata alone comes to this page.
const WHOLE = new Set([
  'pods', 'nodes', 'namespaces', 'services', 'persistentvolumeclaims', 'persistentvolumes', 'deployments', 'replicasets', 'statefulsets',
  'daemonsets', 'replicationcontrollers', 'jobs', 'cronjobs', 'ingresses', 'horizontalpodautoscalers', 'poddisruptionbudgets',
]);

export const isRead = resource => !NEVER.has(resource);
export const isSupporting = resource => SUPPORTING.has(resource);
export const isWhole = (group, resource) => isCustom(group) || WHOLE.has(resource);

const CLASSES = {
  Pod: 'pod',
  Deployment: 'workload', StatefulSet: 'workload', DaemonSet: 'workload', ReplicaSet: 'workload', ReplicationController: 'workload', Job: 'workload', CronJob: 'workload', HorizontalPodAutoscaler: 'workload', PodDisruptionBudget: 'workload',
  Service: 'network', Ingress: 'network', EndpointSlice: 'network', Endpoints: 'network', NetworkPolicy: 'network',
  ConfigMap: 'config', Secret: 'config', ServiceAccount: 'config', Role: 'config', RoleBinding: 'config', ClusterRole: 'config', ClusterRoleBinding: 'config',
  PersistentVolumeClaim: 'storage', PersistentVolume: 'storage', StorageClass: 'storage',
};

export const classOf = (group, kind) => isCustom(group) ? 'custom' : CLASSES[kind] ?? 'plain';

const SHORT = { PersistentVolumeClaim: 'PVC', PersistentVolume: 'PV', HorizontalPodAutoscaler: 'HPA', PodDisruptionBudget: 'PDB' };

export const shortKind = kind => SHORT[kind] ?? kind;

const ORDER = ['Namespace', 'Deployment', 'StatefulSet', 'DaemonSet', 'CronJob', 'Job', 'ReplicaSet', 'Pod', 'Ingress', 'Service', 'PersistentVolumeClaim', 'Secret', 'ConfigMap', 'ServiceAccount'];

// Custom resources first, then what runs, then what it needs.
export const rank = object => {
  if (object.custom) return -1;
  const at = ORDER.indexOf(object.kind);
  return at < 0 ? ORDER.length : at;
};
