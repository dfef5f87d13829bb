using Ahoi.Api.Errors;
using Ahoi.Api.Json;
using Ahoi.ControlPlane.ApiServer.Kinds.Rules;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Storage;

/// <summary>Storage classes.</summary>
internal sealed class StorageClassStrategy : KindStrategy
{
    private const int MostParameters = 512;
    private const int LongestParameters = 256 * 1024;

    /// <inheritdoc/>
    public override void SetDefaults(JsonMap value)
    {
        value.Default("reclaimPolicy", "Delete");
        value.Default("volumeBindingMode", "Immediate");
    }

    /// <inheritdoc/>
    protected override void Validate(JsonMap value, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        if (root["provisioner"].MustExist())
        {
            (root["provisioner"] with { Value = root["provisioner"].Text.ToLowerInvariant() }).Must(Names.Qualified);
        }

        Parameters(root["parameters"]);
        Topologies(root["allowedTopologies"]);

        root["reclaimPolicy"].OneOf("Delete", "Retain");
        root["volumeBindingMode"].RequiredOneOf("Immediate", "WaitForFirstConsumer");
    }

    private static void Parameters(Field parameters)
    {
        if (parameters.Count > MostParameters)
        {
            parameters.TooLong(MostParameters);
            return;
        }

        foreach (var (key, _) in parameters.Entries.Where(e => e.Key.Length == 0))
        {
            (parameters with { Value = key }).Invalid("field can not be empty");
        }

        if (parameters.Entries.Sum(e => (long)e.Key.Length + e.Value.Text.Length) > LongestParameters)
        {
            parameters.TooLong(LongestParameters);
        }
    }

    private static void Topologies(Field topologies)
    {
        var terms = new List<JsonMap>();
        foreach (var topology in topologies.Items)
        {
            var term = new JsonMap();
            foreach (var expression in topology["matchLabelExpressions"].Items)
            {
                var (key, values) = (expression["key"], expression["values"]);
                values.MustExist();
                var seen = new HashSet<string>(StringComparer.Ordinal);
                foreach (var value in values.Items.Where(v => !seen.Add(v.Text)))
                {
                    value.Duplicate();
                }

                key.Must(Names.Qualified);
                if (term.ContainsKey(key.Text))
                {
                    key.Duplicate();
                }

                term[key.Text] = new JsonList(seen.Order(StringComparer.Ordinal));
            }

            if (terms.Any(t => JsonTree.Equals(t, term)))
            {
                (topology["matchLabelExpressions"] with { Value = "" }).Duplicate();
            }

            terms.Add(term);
        }
    }

    /// <inheritdoc/>
    protected override void ValidateChange(JsonMap value, JsonMap old, FieldErrors errors)
    {
        var root = Field.Root(value, errors);
        foreach (var field in (ReadOnlySpan<string>)["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"])
        {
            root[field].Immutable(old[field]);
        }
    }
}
