namespace Ahoi.Framework.Supervision;

/// <summary>What a child is, for counting and for the default shutdown time.</summary>
public enum ChildType
{
    /// <summary>It does work of its own.</summary>
    Worker,

    /// <summary>It supervises children of its own.</summary>
    Supervisor,
}
