using System.Globalization;

namespace Ahoi.ControlPlane.Node.Processes;

/// <summary>Finds the children of processes.</summary>
internal static class ProcessChildren
{
    /// <summary>Gets the numbers of a process's children, the first that was started first; none where it has ended.</summary>
    public static IReadOnlyList<int> Of(int pid)
    {
        try
        {
            var children = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task/{pid}/children"));
            return [.. children.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(c => int.Parse(c, CultureInfo.InvariantCulture))];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
