using System.CommandLine;

namespace Ahoi.Cli.Commands;

/// <summary>An object as people name it: <c>KIND/NAME</c>.</summary>
internal sealed record ObjectName(string Kind, string Name)
{
    public static Argument<ObjectName?> Argument(ArgumentArity arity) => new("KIND/NAME")
    {
        Description = "The object, as in customer/big-client-0815.",
        Arity = arity,
        CustomParser = result =>
        {
            var parts = result.Tokens[0].Value.Split('/');
            if (parts is [{ Length: > 0 } kind, { Length: > 0 } name])
            {
                return new(kind, name);
            }

            result.AddError($"'{result.Tokens[0].Value}' does not name an object; write it as KIND/NAME.");
            return null;
        },
    };
}
