using System.Security.Cryptography;

namespace Ahoi.ControlPlane.ApiServer.Writing;

/// <summary>Makes names of <c>generateName</c>.</summary>
internal static class GeneratedNames
{
    private const int RandomLength = 5;
    private const int MaxLength = 63;

    // No vowels, so that no words come about, and nothing that looks like something else.
    private const string Alphabet = "bcdfghjklmnpqrstvwxz2456789";

    public static string Next(string prefix)
    {
        var start = prefix.Length > MaxLength - RandomLength ? prefix[..(MaxLength - RandomLength)] : prefix;
        return start + RandomNumberGenerator.GetString(Alphabet, RandomLength);
    }
}
