using System.Globalization;

namespace Ahoi.ControlPlane.Node.Images.Recipes;

/// <summary>Edits the lists of users and groups of a root filesystem.</summary>
internal static class AccountFiles
{
    /// <summary>Gives an account another number, and every line that has the group of the same name.</summary>
    public static void Renumber(string file, string name, int number)
    {
        var wanted = number.ToString(CultureInfo.InvariantCulture);
        File.WriteAllLines(file, File.ReadLines(file).Select(Changed).ToList());

        string Changed(string line)
        {
            var fields = line.Split(':');
            if (fields[0] != name || fields.Length < 4)
            {
                return line;
            }

            fields[2] = wanted;
            if (fields.Length >= 6)
            {
                fields[3] = wanted; // A user's own group has the user's number.
            }

            return string.Join(':', fields);
        }
    }
}
