namespace Ahoi.Framework.Controllers;

/// <summary>What happens where an object of a child's name exists that is not ours.</summary>
public enum AdoptionRule
{
    /// <summary>It is taken over if no other controller owns it.</summary>
    Unowned,

    /// <summary>It is never taken over; the reconcile fails with a message that names it.</summary>
    Never,
}
