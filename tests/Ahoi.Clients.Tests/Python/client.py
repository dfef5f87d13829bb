"""Uses the official Python client against the cluster of a kubeconfig; says what failed and exits with 1."""
import json
import sys
import threading

from kubernetes import client, config, dynamic, watch
from kubernetes.client.rest import ApiException

NAMESPACE = sys.argv[1]
config.load_kube_config()
core = client.CoreV1Api()
apps = client.AppsV1Api()
custom = client.CustomObjectsApi()


def config_map(name, **data):
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels={"from": "python"}), data=data)


def refused(code, call):
    try:
        call()
    except ApiException as exception:
        assert exception.status == code, f"{exception.status}, wanted {code}: {exception.body}"
        return exception
    raise AssertionError(f"was not refused with {code}")


def lists_and_errors():
    for number in range(5):
        core.create_namespaced_config_map(NAMESPACE, config_map(f"c{number}", k=str(number)))
    first = core.list_namespaced_config_map(NAMESPACE, limit=2, label_selector="from=python")
    assert len(first.items) == 2 and first.metadata._continue, first.metadata
    rest = core.list_namespaced_config_map(NAMESPACE, limit=10, _continue=first.metadata._continue, label_selector="from=python")
    assert [i.metadata.name for i in first.items + rest.items] == [f"c{n}" for n in range(5)]
    refused(404, lambda: core.read_namespaced_config_map("none", NAMESPACE))
    refused(409, lambda: core.create_namespaced_config_map(NAMESPACE, config_map("c0")))
    answer = refused(422, lambda: core.create_namespaced_config_map(NAMESPACE, config_map("Bad_Name")))
    assert "metadata.name" in answer.body


def patches():
    apps.create_namespaced_deployment(NAMESPACE, {
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"a": "b"}},
                 "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "one", "image": "x"}]}}}})
    changed = apps.patch_namespaced_deployment("web", NAMESPACE, {"spec": {"template": {"spec": {"containers": [{"name": "two", "image": "y"}]}}}})
    assert sorted(c.name for c in changed.spec.template.spec.containers) == ["one", "two"]
    changed = core.patch_namespaced_config_map("c0", NAMESPACE, [{"op": "replace", "path": "/data/k", "value": "patched"}])
    assert changed.data == {"k": "patched"}
    scaled = apps.patch_namespaced_deployment_scale("web", NAMESPACE, {"spec": {"replicas": 3}})
    assert scaled.spec.replicas == 3


def replaces():
    stale = core.read_namespaced_config_map("c1", NAMESPACE)
    fresh = core.read_namespaced_config_map("c1", NAMESPACE)
    fresh.data = {"k": "fresh"}
    assert core.replace_namespaced_config_map("c1", NAMESPACE, fresh).data == {"k": "fresh"}
    refused(409, lambda: core.replace_namespaced_config_map("c1", NAMESPACE, stale))
    refused(409, lambda: core.delete_namespaced_config_map("c1", NAMESPACE, body=client.V1DeleteOptions(
        preconditions=client.V1Preconditions(resource_version=stale.metadata.resource_version))))


def watches():
    version = core.list_namespaced_config_map(NAMESPACE).metadata.resource_version
    core.create_namespaced_config_map(NAMESPACE, config_map("w1"))
    seen, stream = [], watch.Watch()
    for event in stream.stream(core.list_namespaced_config_map, NAMESPACE, resource_version=version, timeout_seconds=20):
        seen.append((event["type"], event["object"].metadata.name))
        version = event["object"].metadata.resource_version
        stream.stop()
    core.create_namespaced_config_map(NAMESPACE, config_map("w2"))
    core.delete_namespaced_config_map("w1", NAMESPACE)
    stream = watch.Watch()
    for event in stream.stream(core.list_namespaced_config_map, NAMESPACE, resource_version=version, timeout_seconds=20):
        seen.append((event["type"], event["object"].metadata.name))
        if len(seen) == 3:
            stream.stop()
    assert seen == [("ADDED", "w1"), ("ADDED", "w2"), ("DELETED", "w1")], seen


def custom_objects():
    group = f"{NAMESPACE}.example.com"
    client.ApiextensionsV1Api().create_custom_resource_definition({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": f"widgets.{group}"},
        "spec": {"group": group, "scope": "Namespaced", "names": {"plural": "widgets", "kind": "Widget"},
                 "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
                     "type": "object", "properties": {"spec": {"type": "object", "properties": {"size": {"type": "integer", "minimum": 1}}}}}}}]}})
    served = threading.Event()
    for _ in range(200):
        try:
            custom.list_namespaced_custom_object(group, "v1", NAMESPACE, "widgets")
            break
        except ApiException as exception:
            assert exception.status == 404
            served.wait(0.05)
    widget = {"apiVersion": f"{group}/v1", "kind": "Widget", "metadata": {"name": "a"}, "spec": {"size": 1}}
    custom.create_namespaced_custom_object(group, "v1", NAMESPACE, "widgets", widget)
    refused(422, lambda: custom.create_namespaced_custom_object(
        group, "v1", NAMESPACE, "widgets", {**widget, "metadata": {"name": "b"}, "spec": {"size": 0}}))
    widgets = dynamic.DynamicClient(client.ApiClient()).resources.get(api_version=f"{group}/v1", kind="Widget")
    assert widgets.namespaced
    applied = widgets.server_side_apply(
        # As text: this client's older versions cannot encode a dict as YAML.
        body=json.dumps({"apiVersion": f"{group}/v1", "kind": "Widget", "metadata": {"name": "a"}, "spec": {"size": 7}}),
        name="a", namespace=NAMESPACE, field_manager="python", force_conflicts=True)
    assert applied.spec.size == 7
    assert [i.metadata.name for i in widgets.get(namespace=NAMESPACE).items] == ["a"]
    widgets.delete(name="a", namespace=NAMESPACE)
    refused(404, lambda: custom.get_namespaced_custom_object(group, "v1", NAMESPACE, "widgets", "a"))


for part in (lists_and_errors, patches, replaces, watches, custom_objects):
    part()
    print(f"{part.__name__} ok")
