using System.CommandLine;

namespace Ahoi.Cli.Commands;

/// <summary>The option of commands that look at images.</summary>
internal sealed class ImageFolderOption
{
    private readonly Option<string?> _folder = new("--images") { Description = "Folder with the images (default: the user's, shared by all clusters).", HelpName = "DIR" };

    public void AddTo(Command command) => command.Options.Add(_folder);

    public string Read(ParseResult parsed) => Path.GetFullPath(parsed.GetValue(_folder) ?? UserFolders.Images());
}
