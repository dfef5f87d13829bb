namespace Ahoi.Framework.Controllers;

/// <summary>The two types of events.</summary>
public enum EventType
{
    /// <summary>Something went as it should.</summary>
    Normal,

    /// <summary>Somebody may want to look.</summary>
    Warning,
}
