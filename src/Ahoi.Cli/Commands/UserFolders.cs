namespace Ahoi.Cli.Commands;

/// <summary>Where things are kept when nobody says otherwise.</summary>
internal static class UserFolders
{
    /// <summary>Gets the folder of the user's cluster.</summary>
    public static string Data() =>
        Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "ahoi");

    /// <summary>Gets the folder of images, which all clusters of the user share.</summary>
    public static string Images() => Path.Combine(Data(), "images");
}
