namespace Ahoi.Framework.Leadership;

/// <summary>A write was stopped because this replica is not, or no longer, the leader.</summary>
public sealed class LeadershipLostException()
    : Exception("This replica is not the leader any more; the write was not sent.");
