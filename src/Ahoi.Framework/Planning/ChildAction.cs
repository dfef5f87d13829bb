namespace Ahoi.Framework.Planning;

/// <summary>What is to be done about a child.</summary>
internal enum ChildAction
{
    /// <summary>Nothing: it is as it should be.</summary>
    Keep,

    /// <summary>It is not there: apply it.</summary>
    Create,

    /// <summary>It differs: apply it.</summary>
    Apply,

    /// <summary>One of its name is going away: wait for that.</summary>
    Wait,

    /// <summary>One of its name is there that must not be touched.</summary>
    Refuse,
}
