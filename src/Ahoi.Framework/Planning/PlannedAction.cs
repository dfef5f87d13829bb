namespace Ahoi.Framework.Planning;

/// <summary>What would be done to an object.</summary>
public enum PlannedAction
{
    /// <summary>It would be created.</summary>
    Create,

    /// <summary>It would be changed.</summary>
    Update,

    /// <summary>It would be deleted.</summary>
    Delete,
}
