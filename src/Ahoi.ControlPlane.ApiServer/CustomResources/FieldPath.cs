using System.Globalization;
using System.Text;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>
/// The path of a field as Kubernetes' causes spell it: <c>spec.versions[0].schema.properties[a]</c>. Text is made of it
/// only where somebody must be told, as every field of an object under validation has one.
/// </summary>
internal readonly record struct FieldPath
{
    private readonly Step? _last;

    /// <summary>Begins a path.</summary>
    /// <param name="name">The first field.</param>
    public FieldPath(string name) => _last = new(null, name, StepForm.Field);

    private FieldPath(Step? last) => _last = last;

    private enum StepForm
    {
        Field,
        Index,
        Key,
    }

    /// <summary>Gets the path of a whole object.</summary>
    public static FieldPath Root => default;

    /// <summary>Gets the path, or <see langword="null"/> for the whole object, which Kubernetes spells <c>&lt;nil&gt;</c>.</summary>
    public string? Text => _last?.ToString();

    /// <summary>Gets the path of a field.</summary>
    /// <param name="name">The field's name.</param>
    /// <returns>The path.</returns>
    public FieldPath Child(string name) => new(new Step(_last, name, StepForm.Field));

    /// <summary>Gets the path of an item of a list.</summary>
    /// <param name="index">The item's place.</param>
    /// <returns>The path.</returns>
    public FieldPath Index(int index) => new(new Step(_last, null, StepForm.Index, index));

    /// <summary>Gets the path of an entry of a map.</summary>
    /// <param name="key">The entry's key.</param>
    /// <returns>The path.</returns>
    public FieldPath Key(string key) => new(new Step(_last, key, StepForm.Key));

    /// <summary>Gets the path of what OpenAPI validation reports relative to this place.</summary>
    /// <param name="relative">The relative path, possibly with a leading dot; empty for this place.</param>
    /// <returns>The path.</returns>
    public FieldPath Below(string relative) => relative.Length == 0 || relative == "." ? this : Child(relative[0] == '.' ? relative[1..] : relative);

    /// <inheritdoc/>
    public override string ToString() => Text ?? "<nil>";

    private sealed record Step(Step? Parent, string? Name, StepForm Form, int Place = 0)
    {
        public override string ToString()
        {
            var steps = new Stack<Step>();
            for (var step = this; step is not null; step = step.Parent)
            {
                steps.Push(step);
            }

            var text = new StringBuilder();
            foreach (var step in steps)
            {
                _ = step.Form switch
                {
                    StepForm.Index => text.Append(CultureInfo.InvariantCulture, $"[{step.Place}]"),
                    StepForm.Key => text.Append('[').Append(JsonPathText.Cut(step.Name!)).Append(']'), // A key's step has its name.
                    _ => (step.Parent is null ? text : text.Append('.')).Append(JsonPathText.Cut(step.Name!)), // So has a field's.
                };
            }

            return text.ToString();
        }
    }
}
