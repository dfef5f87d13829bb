namespace Ahoi.Clients.Tests;

/// <summary>kubectl's ways to change things.</summary>
public sealed class KubectlWriteTests(SharedCluster cluster)
{
    [Theory]
    [InlineData("deployment d --image=nginx --replicas=2 --port=80", "deployment d", "spec.replicas", "2")]
    [InlineData("configmap c --from-literal=a=b", "configmap c", "data.a", "b")]
    [InlineData("secret generic s --from-literal=a=b", "secret s", "data.a", "Yg==")]
    [InlineData("service clusterip s --tcp=80:8080", "service s", "spec.ports[0].targetPort", "8080")]
    [InlineData("service nodeport s --tcp=80:8080", "service s", "spec.type", "NodePort")]
    [InlineData("job j --image=busybox -- echo hi", "job j", "spec.template.spec.containers[0].command[1]", "hi")]
    [InlineData("cronjob c --image=busybox --schedule=@hourly -- date", "cronjob c", "spec.schedule", "@hourly")]
    [InlineData("role r --verb=get,list --resource=pods", "role r", "rules[0].verbs[1]", "list")]
    [InlineData("rolebinding r --clusterrole=view --serviceaccount=default:default", "rolebinding r", "subjects[0].kind", "ServiceAccount")]
    [InlineData("quota q --hard=pods=5", "quota q", "spec.hard.pods", "5")]
    [InlineData("pdb p --selector=a=b --min-available=50%", "pdb p", "spec.minAvailable", "50%")]
    [InlineData("serviceaccount a", "serviceaccount a", "metadata.name", "a")]
    [InlineData("ingress i --rule=a.example.com/*=s:80", "ingress i", "spec.rules[0].host", "a.example.com")]
    public async Task Create_EveryKind_IsThere(string create, string get, string path, string value)
    {
        var kubectl = await cluster.NamespaceAsync();

        await kubectl.RunAsync($"create {create}");

        Assert.Equal(value, await kubectl.RunAsync($"get {get} -o jsonpath={{.{path}}}"));
    }

    [Fact]
    public async Task Create_ClusterKindsAndTokens_AreThere()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.RunAsync($"create clusterrole {kubectl.Namespace} --verb=get --resource=nodes");
        await kubectl.RunAsync($"create clusterrolebinding {kubectl.Namespace} --clusterrole={kubectl.Namespace} --user=u");
        await kubectl.RunAsync($"create priorityclass {kubectl.Namespace} --value=1000");
        await kubectl.RunAsync("create serviceaccount a");

        Assert.Equal(2, (await kubectl.RunAsync("create token a")).Count(c => c == '.'));
        Assert.Equal("1000", await kubectl.RunAsync($"get priorityclass {kubectl.Namespace} -o jsonpath={{.value}}"));
    }

    [Fact]
    public async Task RunExposeAutoscaleScale_WorkOnEachOther()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.RunAsync("run p --image=nginx --restart=Never --labels=app=p --port=80");
        await kubectl.RunAsync("expose pod p --port=80 --name=svc");
        await kubectl.ApplyAsync(Manifests.Deployment);
        await kubectl.RunAsync("autoscale deployment web --min=1 --max=3 --cpu-percent=50");
        await kubectl.RunAsync("scale deployment web --replicas=5 --current-replicas=2");

        Assert.Equal("p", await kubectl.RunAsync("get service svc -o jsonpath={.spec.selector.app}"));
        Assert.Equal("3", await kubectl.RunAsync("get hpa web -o jsonpath={.spec.maxReplicas}"));
        Assert.Equal("5", await kubectl.RunAsync("get deployment web -o jsonpath={.spec.replicas}"));
        Assert.NotEqual(0, (await kubectl.TryAsync("scale deployment web --replicas=1 --current-replicas=2")).ExitCode);
    }

    [Fact]
    public async Task Apply_ClientSide_MergesByWhatWasAppliedLast()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.RunAsync("apply -f -", Manifests.ConfigMap("a", "1", "s"));
        await kubectl.RunAsync(["patch", "cm", "a", "--type", "merge", "-p", """{"data":{"theirs":"stays"}}"""]);
        Assert.Contains("unchanged", await kubectl.RunAsync("apply -f -", Manifests.ConfigMap("a", "1", "s")), StringComparison.Ordinal);

        var (code, diff, _) = await kubectl.TryAsync("diff -f -", Manifests.ConfigMap("a", "2"));
        Assert.Equal(1, code);
        Assert.Contains("+  k: \"2\"", diff, StringComparison.Ordinal);

        await kubectl.RunAsync("apply -f -", Manifests.ConfigMap("a", "2"));
        var after = await kubectl.JsonAsync("get cm a");
        Assert.Equal("2", after.At("data", "k"));
        Assert.Equal("stays", after.At("data", "theirs"));
        Assert.Null(after.At("metadata", "labels", "set"));
    }

    [Fact]
    public async Task Apply_ServerSide_RefusesConflictsUntilForced()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.RunAsync("apply --server-side --field-manager=one -f -", Manifests.ConfigMap("a", "one"));

        var (code, _, error) = await kubectl.TryAsync("apply --server-side --field-manager=two -f -", Manifests.ConfigMap("a", "two"));
        Assert.Equal(1, code);
        Assert.Contains("\"one\"", error, StringComparison.Ordinal);
        Assert.Contains(".data.k", error, StringComparison.Ordinal);

        await kubectl.RunAsync("apply --server-side --field-manager=two --force-conflicts -f -", Manifests.ConfigMap("a", "two"));
        Assert.Equal("two", await kubectl.RunAsync("get cm a -o jsonpath={.data.k}"));
    }

    [Fact]
    public async Task Apply_Prune_RemovesWhatIsNotThereAnyMore()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.RunAsync("apply -l set=s -f -", Manifests.ConfigMap("a", "1", "s") + "---\n" + Manifests.ConfigMap("b", "1", "s"));

        await kubectl.RunAsync("apply --prune -l set=s --prune-allowlist=core/v1/ConfigMap -f -", Manifests.ConfigMap("a", "1", "s"));

        Assert.Equal("configmap/a\n", await kubectl.RunAsync("get cm -l set=s -o name"));
    }

    [Fact]
    public async Task Edit_ScriptedEditor_ChangesTheObject()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Manifests.ConfigMap("a", "before"));

        await kubectl.RunAsync(["edit", "cm", "a"], editor: "sed -i s/before/after/");

        Assert.Equal("after", await kubectl.RunAsync("get cm a -o jsonpath={.data.k}"));
    }

    [Fact]
    public async Task Patch_AllKinds_Change()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Manifests.Deployment);
        await kubectl.RunAsync(["patch", "deployment", "web", "-p", """{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"nginx:2"}]}}}}"""]);
        await kubectl.RunAsync(["patch", "deployment", "web", "--type", "json", "-p", """[{"op":"replace","path":"/spec/replicas","value":4}]"""]);
        await kubectl.RunAsync(["patch", "deployment", "web", "--type", "merge", "-p", """{"metadata":{"labels":{"m":"n"}}}"""]);
        await kubectl.RunAsync(["patch", "deployment", "web", "--subresource", "status", "--type", "merge", "-p", """{"status":{"replicas":3}}"""]);

        var web = await kubectl.JsonAsync("get deployment web");
        Assert.Equal("nginx:2", await kubectl.RunAsync("get deployment web -o jsonpath={.spec.template.spec.containers[0].image}"));
        Assert.Equal(4L, web.At("spec", "replicas"));
        Assert.Equal("n", web.At("metadata", "labels", "m"));
        Assert.Equal(3L, web.At("status", "replicas"));
    }

    [Fact]
    public async Task LabelAnnotateSet_Change()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Manifests.Deployment);
        await kubectl.RunAsync("label deployment web tier=front");
        Assert.NotEqual(0, (await kubectl.TryAsync("label deployment web tier=back")).ExitCode);
        await kubectl.RunAsync("label deployment web tier=back --overwrite");
        await kubectl.RunAsync("annotate deployment web note=hello");
        await kubectl.RunAsync("set image deployment/web web=nginx:3");
        await kubectl.RunAsync("set env deployment/web A=b");

        var web = await kubectl.JsonAsync("get deployment web");
        Assert.Equal("back", web.At("metadata", "labels", "tier"));
        Assert.Equal("hello", web.At("metadata", "annotations", "note"));
        Assert.Equal("nginx:3 b", await kubectl.RunAsync(["get", "deployment", "web", "-o", "jsonpath={.spec.template.spec.containers[0].image} {.spec.template.spec.containers[0].env[0].value}"]));
    }

    [Fact]
    public async Task Rollout_PauseResumeRestartHistory_Work()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Manifests.Deployment);
        await kubectl.RunAsync("rollout pause deployment web");
        Assert.Equal("true", await kubectl.RunAsync("get deployment web -o jsonpath={.spec.paused}"));
        await kubectl.RunAsync("rollout resume deployment web");
        await kubectl.RunAsync("rollout restart deployment web");
        Assert.Contains("restartedAt", await kubectl.RunAsync("get deployment web -o jsonpath={.spec.template.metadata.annotations}"), StringComparison.Ordinal);
        Assert.Contains("No rollout history found", await kubectl.RunAsync("rollout history deployment web"), StringComparison.Ordinal);
        await kubectl.RunAsync(["patch", "deployment", "web", "--subresource", "status", "--type", "merge", "-p", """{"status":{"observedGeneration":99,"replicas":2,"updatedReplicas":2,"availableReplicas":2,"readyReplicas":2}}"""]);
        Assert.Contains("successfully rolled out", await kubectl.RunAsync("rollout status deployment web --timeout=20s"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rollout_Undo_BringsTheTemplateBefore()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Manifests.Deployment);
        var uid = await kubectl.RunAsync("get deployment web -o jsonpath={.metadata.uid}");
        var labels = (await kubectl.JsonAsync("get deployment web")).At("spec", "selector", "matchLabels");
        foreach (var (revision, image) in ((int, string)[])[(1, "before"), (2, "now")])
        {
            // What the controller would have left of each revision.
            await kubectl.RunAsync("create -f -", $$$$"""
                {"apiVersion":"apps/v1","kind":"ReplicaSet","metadata":{"name":"web-{{{{revision}}}}","labels":{{{{labels}}}},
                 "annotations":{"deployment.kubernetes.io/revision":"{{{{revision}}}}"},
                 "ownerReferences":[{"apiVersion":"apps/v1","kind":"Deployment","name":"web","uid":"{{{{uid}}}}","controller":true}]},
                 "spec":{"replicas":0,"selector":{"matchLabels":{{{{labels}}}}},
                 "template":{"metadata":{"labels":{{{{labels}}}}},"spec":{"containers":[{"name":"c","image":"{{{{image}}}}"}]} } } }
                """);
        }

        await kubectl.RunAsync("annotate deployment web deployment.kubernetes.io/revision=2");
        Assert.Matches("1 +<none>\n2 +<none>", await kubectl.RunAsync("rollout history deployment web"));

        Assert.Contains("rolled back", await kubectl.RunAsync("rollout undo deployment web"), StringComparison.Ordinal);

        Assert.Equal("before", await kubectl.RunAsync("get deployment web -o jsonpath={.spec.template.spec.containers[*].image}"));
    }

    [Fact]
    public async Task Wait_ConditionFieldAndDeletion_End()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Manifests.Pod);
        var ready = kubectl.RunAsync("wait pod p --for=condition=Ready --timeout=30s");
        var phase = kubectl.RunAsync("wait pod p --for=jsonpath={.status.phase}=Running --timeout=30s");
        await kubectl.RunAsync(["patch", "pod", "p", "--subresource", "status", "--type", "merge", "-p", """{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}"""]);
        Assert.Contains("condition met", await ready, StringComparison.Ordinal);
        Assert.Contains("condition met", await phase, StringComparison.Ordinal);

        var gone = kubectl.RunAsync("wait pod p --for=delete --timeout=30s");
        await kubectl.RunAsync("delete pod p --grace-period=0 --force");
        await gone;
    }

    [Theory]
    [InlineData("background", "")]
    [InlineData("orphan", "orphan")]
    [InlineData("foreground", "foregroundDeletion")]
    public async Task Delete_Cascade_LeavesItsFinalizer(string cascade, string finalizer)
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Manifests.Deployment);

        await kubectl.RunAsync($"delete deployment web --cascade={cascade} --wait=false");

        var (code, output, _) = await kubectl.TryAsync("get deployment web -o jsonpath={.metadata.finalizers[0]}");
        Assert.Equal(finalizer.Length == 0 ? 1 : 0, code);
        Assert.Equal(finalizer, output);
    }

    [Fact]
    public async Task Replace_Force_MakesAnotherIncarnation()
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.RunAsync("create -f -", Manifests.ConfigMap("a", "1"));
        var uid = await kubectl.RunAsync("get cm a -o jsonpath={.metadata.uid}");
        await kubectl.RunAsync("replace -f -", Manifests.ConfigMap("a", "2"));
        Assert.Equal(uid, await kubectl.RunAsync("get cm a -o jsonpath={.metadata.uid}"));

        await kubectl.RunAsync("replace --force -f -", Manifests.ConfigMap("a", "3"));

        Assert.NotEqual(uid, await kubectl.RunAsync("get cm a -o jsonpath={.metadata.uid}"));
        Assert.Equal("3", await kubectl.RunAsync("get cm a -o jsonpath={.data.k}"));
    }

    [Fact]
    public async Task Create_BadManifest_NamesTheField()
    {
        var kubectl = await cluster.NamespaceAsync();

        var unknown = await kubectl.TryAsync("create -f -", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndatta: {k: v}\n");
        var invalid = await kubectl.TryAsync("create -f -", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: A_b}\n");

        Assert.Contains("unknown field \"datta\"", unknown.Error, StringComparison.Ordinal);
        Assert.Contains("metadata.name", invalid.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Node_CordonTaintUncordon_Change()
    {
        var kubectl = await cluster.NamespaceAsync();
        var node = kubectl.Namespace;
        await kubectl.ApplyAsync($"apiVersion: v1\nkind: Node\nmetadata: {{name: {node}}}\n");

        await kubectl.RunAsync($"cordon {node}");
        Assert.Equal("true", await kubectl.RunAsync($"get node {node} -o jsonpath={{.spec.unschedulable}}"));
        await kubectl.RunAsync($"taint node {node} a=b:NoExecute");
        Assert.Contains("a=b:NoExecute", await kubectl.RunAsync($"describe node {node}"), StringComparison.Ordinal);
        await kubectl.RunAsync($"uncordon {node}");
        Assert.Equal("", await kubectl.RunAsync($"get node {node} -o jsonpath={{.spec.unschedulable}}"));
    }

    [Theory]
    [InlineData("exec p -- true")]
    [InlineData("attach p")]
    public async Task WithoutANode_IsRefusedClearly(string command)
    {
        var kubectl = await cluster.NamespaceAsync();
        await kubectl.ApplyAsync(Manifests.Pod);

        var (code, _, error) = await kubectl.TryAsync(command);

        Assert.NotEqual(0, code);
        Assert.Contains("pod p does not have a host assigned", error, StringComparison.Ordinal);
        Assert.Equal("", await kubectl.RunAsync("logs p"));
    }
}
