namespace Ahoi.ControlPlane.ApiServer.Access;

/// <summary>A user whom a bearer token stands for.</summary>
/// <param name="Token">The token.</param>
/// <param name="Name">The user's name.</param>
/// <param name="Uid">What tells users of one name apart over time; may be empty.</param>
/// <param name="Groups">The user's groups; <c>system:authenticated</c> comes by itself.</param>
public sealed record TokenUser(string Token, string Name, string Uid, IReadOnlyList<string> Groups)
{
    /// <summary>Reads users as <c>kube-apiserver --token-auth-file</c> takes them: CSV lines of <c>token,user,uid,"group1,group2"</c>.</summary>
    /// <param name="csv">The text.</param>
    /// <returns>The users.</returns>
    /// <exception cref="FormatException">A line has no token, user and uid.</exception>
    public static IReadOnlyList<TokenUser> ParseCsv(string csv)
    {
        ArgumentNullException.ThrowIfNull(csv);
        var users = new List<TokenUser>();
        var number = 0;
        foreach (var line in csv.Split('\n'))
        {
            number++;
            if (line.Trim().Length == 0)
            {
                continue;
            }

            var fields = SplitLine(line.Trim());
            if (fields.Count < 3 || fields[0].Length == 0 || fields[1].Length == 0)
            {
                throw new FormatException($"Line {number} of the token file is not token,user,uid[,\"group1,group2\"].");
            }

            var groups = fields.Count > 3
                ? fields[3].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                : [];
            users.Add(new(fields[0], fields[1], fields[2], groups));
        }

        return users;
    }

    private static List<string> SplitLine(string line)
    {
        var fields = new List<string>();
        var field = new System.Text.StringBuilder();
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '"' && quoted && i + 1 < line.Length && line[i + 1] == '"')
            {
                field.Append(c);
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                fields.Add(field.ToString().Trim());
                field.Clear();
            }
            else
            {
                field.Append(c);
            }
        }

        fields.Add(field.ToString().Trim());
        return fields;
    }
}
