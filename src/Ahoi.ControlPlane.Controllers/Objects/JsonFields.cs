using Ahoi.Api.Json;

namespace Ahoi.ControlPlane.Controllers.Objects;

/// <summary>Fields as the API's types write them.</summary>
internal static class JsonFields
{
    /// <summary>Sets a number, or takes the field away where it is zero.</summary>
    public static void SetOrRemove(this JsonMap map, string field, long value)
    {
        if (value == 0)
        {
            map.Remove(field);
        }
        else
        {
            map[field] = value;
        }
    }

    /// <summary>Sets a field unless it is zero, as the API's types leave zeros out.</summary>
    public static void SetCount(this JsonMap status, string field, long count)
    {
        if (count != 0)
        {
            status[field] = count;
        }
    }
}
