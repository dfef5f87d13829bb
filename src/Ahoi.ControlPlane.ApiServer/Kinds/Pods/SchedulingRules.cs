using Ahoi.Api.Errors;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Pods;

/// <summary>Affinity, tolerations, spread and gates.</summary>
internal static class SchedulingRules
{
    /// <summary>Refuses bad affinity.</summary>
    public static void Affinity(this Field affinity)
    {
        var node = affinity["nodeAffinity"];
        if (node["requiredDuringSchedulingIgnoredDuringExecution"] is { Has: true } required)
        {
            required.NodeSelector();
        }

        foreach (var preferred in node["preferredDuringSchedulingIgnoredDuringExecution"].Items)
        {
            preferred["weight"].Between(1, 100);
            NodeSelectorTerm(preferred["preference"]);
        }

        PodAffinity(affinity["podAffinity"]);
        PodAffinity(affinity["podAntiAffinity"]);
    }

    /// <summary>Refuses a bad selector of nodes.</summary>
    public static void NodeSelector(this Field selector)
    {
        selector["nodeSelectorTerms"].MustExist("must have at least one node selector term");
        foreach (var term in selector["nodeSelectorTerms"].Items)
        {
            NodeSelectorTerm(term);
        }
    }

    /// <summary>Refuses bad tolerations.</summary>
    public static void Tolerations(this Field tolerations)
    {
        foreach (var toleration in tolerations.Items)
        {
            var (key, operation, value, effect) = (toleration["key"], toleration["operator"], toleration["value"], toleration["effect"]);
            key.MustIfSet(Names.Qualified);
            if (key.IsEmpty && operation.Text != "Exists")
            {
                operation.Invalid("must be Exists when `key` is empty, which means \"match all values and all keys\"");
            }

            if (toleration["tolerationSeconds"].Has && effect.Text != "NoExecute")
            {
                effect.Invalid("must be 'NoExecute' when `tolerationSeconds` is set");
            }

            switch (operation.Text)
            {
                case "Equal" or "":
                    if (Names.LabelValue(value.Text) is { Length: > 0 } faults)
                    {
                        value.As(operation.Path).Invalid(string.Join(';', faults));
                    }

                    break;
                case "Exists":
                    if (value.Text.Length > 0)
                    {
                        operation.Errors.Invalid(operation.Path, value.Text, "value must be empty when `operator` is 'Exists'");
                    }

                    break;
                default:
                    operation.OneOf("Equal", "Exists");
                    break;
            }

            if (effect.Text.Length > 0)
            {
                effect.OneOf("NoExecute", "NoSchedule", "PreferNoSchedule");
            }
        }
    }

    /// <summary>Refuses bad spread constraints.</summary>
    public static void TopologySpread(this Field constraints)
    {
        var kinds = constraints.Items.Select(c => (c["topologyKey"].Text, c["whenUnsatisfiable"].Text)).ToArray();
        foreach (var (i, constraint) in constraints.Items.Index())
        {
            var (skew, key, unsatisfiable, domains) =
                (constraint["maxSkew"], constraint["topologyKey"], constraint["whenUnsatisfiable"], constraint["minDomains"]);
            if (skew.Integer <= 0)
            {
                skew.Invalid("must be greater than zero");
            }

            key.MustExist("can not be empty");
            unsatisfiable.OneOf("DoNotSchedule", "ScheduleAnyway");
            if (kinds.AsSpan(i + 1).Contains(kinds[i]))
            {
                constraint.Errors.Duplicate($"{constraint.Path}.{{topologyKey, whenUnsatisfiable}}", $"{{{key.Text}, {unsatisfiable.Text}}}");
            }

            domains.PositiveIfSet();
            if (domains.Has && unsatisfiable.Text != "DoNotSchedule")
            {
                domains.Invalid("can only use minDomains if whenUnsatisfiable=DoNotSchedule");
            }

            foreach (var policy in (ReadOnlySpan<string>)["nodeAffinityPolicy", "nodeTaintsPolicy"])
            {
                if (constraint[policy].Has)
                {
                    constraint[policy].OneOf("Honor", "Ignore");
                }
            }

            SpreadKeys(constraint["matchLabelKeys"], constraint["labelSelector"]);
            constraint["labelSelector"].LabelSelector();
        }
    }

    /// <summary>Refuses bad gates.</summary>
    public static void Gates(this Field spec)
    {
        foreach (var gate in spec["readinessGates"].Items)
        {
            gate["conditionType"].Must(Names.Qualified);
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var gate in spec["schedulingGates"].Items)
        {
            gate["name"].As(gate.Path).Must(Names.Qualified);
            if (!seen.Add(gate["name"].Text))
            {
                gate.Errors.Duplicate(gate.Path, gate["name"].Text);
            }
        }
    }

    private static void NodeSelectorTerm(Field term)
    {
        foreach (var expression in term["matchExpressions"].Items)
        {
            var values = expression["values"];
            switch (expression["operator"].Text)
            {
                case "In" or "NotIn":
                    values.MustExist("must be specified when `operator` is 'In' or 'NotIn'");
                    break;
                case "Exists" or "DoesNotExist":
                    if (values.Count > 0)
                    {
                        values.Forbidden("may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
                    }

                    break;
                case "Gt" or "Lt":
                    if (values.Count != 1)
                    {
                        values.Required("must be a single value when `operator` is 'Lt' or 'Gt'");
                    }

                    break;
                default:
                    expression["operator"].Invalid("not a valid selector operator");
                    break;
            }

            expression["key"].Must(Names.Qualified);
        }

        foreach (var match in term["matchFields"].Items)
        {
            if (match["operator"].Text is not ("In" or "NotIn"))
            {
                match["operator"].Invalid("not a valid selector operator");
            }
            else if (match["values"].Count != 1)
            {
                match["values"].Required("must be only one value when `operator` is 'In' or 'NotIn' for node field selector");
            }

            if (match["key"].Text != "metadata.name")
            {
                match["key"].Invalid("not a valid field selector key");
                continue;
            }

            foreach (var name in match["values"].Items)
            {
                name.Must(Names.Subdomain);
            }
        }
    }

    private static void PodAffinity(Field affinity)
    {
        foreach (var term in affinity["requiredDuringSchedulingIgnoredDuringExecution"].Items)
        {
            PodAffinityTerm(term);
        }

        foreach (var preferred in affinity["preferredDuringSchedulingIgnoredDuringExecution"].Items)
        {
            preferred["weight"].Between(1, 100);
            PodAffinityTerm(preferred["podAffinityTerm"]);
        }
    }

    private static void PodAffinityTerm(Field term)
    {
        term["labelSelector"].LabelSelector();
        term["namespaceSelector"].LabelSelector();
        foreach (var name in term["namespaces"].Items)
        {
            name.As($"{term.Path}.namespace").Must(Names.Label);
        }

        LabelKeys(term["matchLabelKeys"], term["labelSelector"]);
        LabelKeys(term["mismatchLabelKeys"], term["labelSelector"]);
        Distinct(term);
        if (term["topologyKey"].IsEmpty)
        {
            term["topologyKey"].Required("can not be empty");
        }

        term["topologyKey"].Must(Names.Qualified);
    }

    private static void LabelKeys(Field keys, Field selector)
    {
        if (keys.Count > 0 && !selector.Has)
        {
            keys.Errors.Add(new FieldError(FieldErrorReason.Forbidden, keys.Path, null, "must not be specified when labelSelector is not set"));
            return;
        }

        foreach (var key in keys.Items)
        {
            key.Must(Names.Qualified);
        }
    }

    // What matchLabelKeys names has been merged into the selector: a second requirement for the same key is the client's.
    private static void Distinct(Field term)
    {
        var selector = term["labelSelector"];
        var matched = term["matchLabelKeys"].Items.Select(k => k.Text).ToList();
        var seen = selector["matchLabels"].Map.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var expression in selector["matchExpressions"].Items)
        {
            var key = expression["key"].Text;
            if (matched.LastIndexOf(key) is >= 0 and var at && seen.Contains(key))
            {
                term.Errors.Invalid($"{term.Path}[{at}]", key, "exists in both matchLabelKeys and labelSelector");
            }

            seen.Add(key);
        }

        foreach (var key in term["matchLabelKeys"].Items.Where(k => term["mismatchLabelKeys"].Items.Any(m => m.Text == k.Text)))
        {
            key.Invalid("exists in both matchLabelKeys and mismatchLabelKeys");
        }
    }

    private static void SpreadKeys(Field keys, Field selector)
    {
        if (keys.Count == 0)
        {
            return;
        }

        if (!selector.Has)
        {
            keys.Errors.Add(new FieldError(FieldErrorReason.Forbidden, keys.Path, null, "must not be specified when labelSelector is not set"));
        }

        var expressions = selector["matchExpressions"].Items.Select(e => e["key"].Text).ToArray();
        foreach (var key in keys.Items)
        {
            key.Must(Names.Qualified);
            if (selector["matchLabels"].Map.ContainsKey(key.Text) || expressions.Count(e => e == key.Text) > 1)
            {
                key.Invalid("exists in both matchLabelKeys and labelSelector");
            }
        }
    }
}
