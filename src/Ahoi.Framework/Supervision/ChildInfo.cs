namespace Ahoi.Framework.Supervision;

/// <summary>A child as <see cref="Supervisor.WhichChildrenAsync"/> lists it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Child">The running child, or <see langword="null"/> where it does not run.</param>
/// <param name="IsRestarting">Whether its last start failed and it is about to be started again.</param>
/// <param name="Type">Whether it is a worker or a supervisor.</param>
public sealed record ChildInfo(string Id, IRunningChild? Child, bool IsRestarting, ChildType Type);
