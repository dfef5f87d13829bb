namespace Ahoi.ControlPlane.Node.Processes;

/// <summary>How large a terminal is, in characters.</summary>
internal readonly record struct TerminalSize(ushort Columns, ushort Rows);
