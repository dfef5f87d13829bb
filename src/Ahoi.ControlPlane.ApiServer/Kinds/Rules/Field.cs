using System.Collections;
using Ahoi.Api.Errors;
using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Rules;

/// <summary>
/// A place in an object under validation: what is there, how it is called, and where faults go. A missing field reads
/// as zero, like in the types the API is written with.
/// </summary>
/// <param name="Value">What is there; <see langword="null"/> where nothing is.</param>
/// <param name="Path">The place, as in <c>spec.ports[0].port</c>.</param>
/// <param name="Errors">Collects the faults.</param>
internal readonly record struct Field(object? Value, string Path, FieldErrors Errors)
{
    public static Field Root(JsonMap value, FieldErrors errors) => new(value, "", errors);

    public Field this[string name] => new((Value as JsonMap)?[name], Path.Length == 0 ? name : $"{Path}.{name}", Errors);

    public bool Has => Value is not null;

    public bool IsEmpty => Value is null or "" or JsonMap { Count: 0 } or JsonList { Count: 0 };

    public JsonMap Map => Value as JsonMap ?? [];

    public string Text => Value as string ?? "";

    public long Integer => Value as long? ?? 0;

    public bool Flag => Value as bool? ?? false;

    public int Count => Value is JsonList list ? list.Count : Value is JsonMap map ? map.Count : 0;

    /// <summary>Gets the items of a list.</summary>
    public FieldItems Items => new(this);

    /// <summary>Gets the entries of a map, as <c>path[key]</c>.</summary>
    public IEnumerable<(string Key, Field Value)> Entries
    {
        get
        {
            if (Value is JsonMap map)
            {
                foreach (var (key, value) in map)
                {
                    yield return (key, Key(key, value));
                }
            }
        }
    }

    /// <summary>Gets a place in a map by its key, as <c>path[key]</c>.</summary>
    public Field Key(string key) => Key(key, (Value as JsonMap)?[key]);

    /// <summary>Gets a place in a list, as <c>path[index]</c>.</summary>
    public Field At(int index) => new(Value is JsonList list && index < list.Count ? list[index] : null, $"{Path}[{index}]", Errors);

    /// <summary>Gets the same value under another path.</summary>
    public Field As(string path) => this with { Path = path };

    public void Invalid(string detail) => Errors.Invalid(Path, Value, detail);

    public void Required(string detail = "") => Errors.Required(Path, detail);

    public void Forbidden(string detail) => Errors.Forbidden(Path, detail);

    public void Duplicate() => Errors.Duplicate(Path, Value);

    public void NotFound() => Errors.Add(new(FieldErrorReason.NotFound, Path, Value, ""));

    public void TooLong(long limit) => Errors.Add(new(FieldErrorReason.TooLong, Path, null, $"may not be more than {limit} bytes"));

    public void TooMany(int limit) => Errors.Add(new(FieldErrorReason.TooMany, Path, null, $"may not have more than {limit} items"));

    public void NotSupported(params ReadOnlySpan<string> supported) => Errors.NotSupported(Path, Value ?? "", supported);

    private Field Key(string key, object? value) => new(value, $"{Path}[{key}]", Errors);

    /// <summary>The items of a list; nothing for anything else.</summary>
    internal readonly struct FieldItems(Field field) : IEnumerable<Field>
    {
        public IEnumerator<Field> GetEnumerator()
        {
            for (var i = 0; i < (field.Value as JsonList)?.Count; i++)
            {
                yield return field.At(i);
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
