using Ahoi.Api.Objects;

namespace Ahoi.Framework.Planning;

/// <summary>Names the fields in which two states of an object differ.</summary>
internal static class FieldDifferences
{
    private const int Limit = 16;

    /// <summary>The paths that differ, bookkeeping of the server left out; at most a handful.</summary>
    public static IReadOnlyList<string> Of(RawObject before, RawObject after) =>
        [.. FieldChanges.Between(before.ToMap(), after.ToMap(), Limit).Select(c => c.Path)];
}
