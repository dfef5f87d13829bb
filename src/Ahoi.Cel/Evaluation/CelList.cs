using Ahoi.Api.Json;
using Ahoi.Cel.Costs;
using Ahoi.Cel.Types;

namespace Ahoi.Cel.Evaluation;

/// <summary>A list as expressions see it.</summary>
internal abstract class CelList
{
    public abstract int Count { get; }

    public virtual CelType ItemType => CelType.Dyn;

    public virtual CelType? ListType => null;

    public abstract object? this[int index] { get; }

    public IEnumerable<object?> Items
    {
        get
        {
            for (var i = 0; i < Count; i++)
            {
                yield return this[i];
            }
        }
    }

    public static CelList Of(IEnumerable<object?> items) => new CelArray([.. items]);

    public override string ToString()
    {
        Effort.Spend(1);
        var text = $"[{string.Join(", ", Items.Select(Display.Of))}]";
        Effort.SpendOnText(text.Length);
        return text;
    }
}

internal sealed class CelArray(List<object?> items) : CelList
{
    // A loop's own list grows in place; once the loop has ended, nobody may change it any more.
    public bool IsOpen { get; set; }

    public List<object?> Storage { get; } = items;

    public override int Count => Storage.Count;

    public override object? this[int index] => Storage[index];
}

/// <summary>A JSON list; its items are converted when they are read.</summary>
internal sealed class CelJsonList(JsonList list, CelType type) : CelList
{
    public override int Count => list.Count;

    public override CelType ItemType => type.Kind == CelTypeKind.List ? type.Parameters[0] : CelType.Dyn;

    public override CelType? ListType => type;

    public override object? this[int index] => JsonValues.From(list[index], ItemType);
}
