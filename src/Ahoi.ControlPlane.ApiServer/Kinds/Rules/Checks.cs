using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Ahoi.Api.Json;
using Ahoi.Api.Quantities;

namespace Ahoi.ControlPlane.ApiServer.Kinds.Rules;

/// <summary>Checks that many kinds share, each of one place.</summary>
internal static class Checks
{
    private const int LongestReason = 1024;
    private const int LongestMessage = 32 * 1024;

    private static readonly SearchValues<char> PathCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-._~%!$&'()*+,;=:");

    /// <summary>Refuses a value that <paramref name="check"/> finds fault with.</summary>
    public static bool Must(this Field field, Func<string, string[]> check)
    {
        var problems = check(field.Text);
        foreach (var problem in problems)
        {
            field.Errors.Invalid(field.Path, field.Text, problem);
        }

        return problems.Length == 0;
    }

    /// <summary>Refuses a text that is there and that <paramref name="check"/> finds fault with.</summary>
    public static void MustIfSet(this Field field, Func<string, string[]> check)
    {
        if (field.Text.Length > 0)
        {
            field.Must(check);
        }
    }

    /// <summary>Requires a text and that <paramref name="check"/> finds no fault with it.</summary>
    public static bool RequiredAnd(this Field field, Func<string, string[]> check)
    {
        if (field.Text.Length == 0)
        {
            field.Required();
            return false;
        }

        return field.Must(check);
    }

    /// <summary>Requires a value.</summary>
    public static bool MustExist(this Field field, string detail = "")
    {
        if (field.IsEmpty)
        {
            field.Required(detail);
            return false;
        }

        return true;
    }

    /// <summary>Refuses a negative number; nothing is zero.</summary>
    public static void NonNegative(this Field field)
    {
        if (field.Integer < 0)
        {
            field.Invalid("must be greater than or equal to 0");
        }
    }

    /// <summary>Refuses a number that is there and not positive.</summary>
    public static void PositiveIfSet(this Field field)
    {
        if (field.Value is long and <= 0)
        {
            field.Invalid("must be greater than 0");
        }
    }

    /// <summary>Refuses a number outside a range; nothing is zero.</summary>
    public static void Between(this Field field, long least, long most)
    {
        if (field.Integer < least || field.Integer > most)
        {
            field.Invalid($"must be between {least} and {most}, inclusive");
        }
    }

    /// <summary>Refuses a number that is no port.</summary>
    public static void Port(this Field field) => field.Between(1, 65535);

    /// <summary>Refuses a port that is neither a number nor a name.</summary>
    public static void PortOrName(this Field field)
    {
        if (field.Value is string)
        {
            field.Must(Names.Port);
        }
        else
        {
            field.Port();
        }
    }

    /// <summary>Refuses a text that is not among those known.</summary>
    public static bool OneOf(this Field field, params ReadOnlySpan<string> known)
    {
        if (known.Contains(field.Text))
        {
            return true;
        }

        field.NotSupported(known);
        return false;
    }

    /// <summary>Requires a text that is among those known.</summary>
    public static bool RequiredOneOf(this Field field, params ReadOnlySpan<string> known)
    {
        if (field.Text.Length == 0)
        {
            field.Required();
            return false;
        }

        return field.OneOf(known);
    }

    /// <summary>Refuses a value that differs from the stored one.</summary>
    public static bool Immutable(this Field field, object? old)
    {
        if (JsonTree.Equals(field.Value, old) || (field.IsEmpty && new Field(old, "", field.Errors).IsEmpty))
        {
            return true;
        }

        field.Invalid("field is immutable");
        return false;
    }

    /// <summary>Refuses what is no IP address in its usual form.</summary>
    public static bool Ip(this Field field)
    {
        if (Addresses.IsIp(field.Text))
        {
            return true;
        }

        field.Invalid("must be a valid IP address, as in 10.9.8.7 or 2001:db8::ffff");
        return false;
    }

    /// <summary>Refuses what is no IP block.</summary>
    public static bool Cidr(this Field field)
    {
        if (Addresses.IsCidr(field.Text))
        {
            return true;
        }

        field.Invalid("must be a valid IP block, as in 10.9.8.0/24 or 2001:db8::/64");
        return false;
    }

    /// <summary>Refuses addresses that belong to nobody in particular: unspecified, link-local, and loopback ones unless <paramref name="loopback"/> allows them.</summary>
    public static void RoutableIp(this Field field, bool loopback = false)
    {
        if (!Addresses.IsIp(field.Text) || !IPAddress.TryParse(field.Text, out var address))
        {
            field.Invalid("must be a valid IP address");
            return;
        }

        if (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
        {
            field.Invalid("may not be unspecified (0.0.0.0 or ::)");
        }
        else if (!loopback && IPAddress.IsLoopback(address))
        {
            field.Invalid("may not be in the loopback range (127.0.0.0/8, ::1/128)");
        }
        else if (address.AddressFamily == AddressFamily.InterNetwork
            ? address.GetAddressBytes() is [169, 254, ..] or [224, 0, 0, _]
            : address.IsIPv6LinkLocal || address.GetAddressBytes() is [0xff, 2, ..])
        {
            field.Invalid("may not be in a link-local range");
        }
    }

    /// <summary>Reads a quantity, or <see langword="null"/> where there is none.</summary>
    public static Quantity? Quantity(this Field field) => field.Value switch
    {
        string text when Api.Quantities.Quantity.TryParse(text, out var quantity) => quantity,
        long number => new Quantity(number),
        _ => null,
    };

    /// <summary>Refuses a negative quantity.</summary>
    public static void NonNegativeQuantity(this Field field)
    {
        if (field.Quantity() is { Sign: < 0 })
        {
            field.Invalid("must be greater than or equal to 0");
        }
    }

    /// <summary>Refuses keys and values that are no labels; all faults are reported of the map.</summary>
    public static void Labels(this Field field)
    {
        foreach (var (key, value) in field.Map)
        {
            (field with { Value = key }).Must(Names.Qualified);
            (field with { Value = value }).Must(Names.LabelValue);
        }
    }

    /// <summary>Refuses keys that are no annotations, and more than 256 KiB of them.</summary>
    public static void Annotations(this Field field)
    {
        var size = 0;
        foreach (var (key, value) in field.Map)
        {
            (field with { Value = key.ToLowerInvariant() }).Must(Names.Qualified);
            size += System.Text.Encoding.UTF8.GetByteCount(key) + System.Text.Encoding.UTF8.GetByteCount(value as string ?? "");
        }

        if (size > 256 * 1024)
        {
            field.TooLong(256 * 1024);
        }
    }

    /// <summary>Gets whether a place is a percentage, as in <c>25%</c>.</summary>
    public static int? Percent(this Field field) =>
        field.Value is string text && text.EndsWith('%') && int.TryParse(text.AsSpan(0, text.Length - 1), out var percent)
            && text.Length > 1 && text[..^1].All(char.IsAsciiDigit)
            ? percent
            : null;

    /// <summary>Refuses what is neither a number of at least zero nor a percentage.</summary>
    public static void CountOrPercent(this Field field)
    {
        if (field.Value is string)
        {
            if (field.Percent() is null)
            {
                field.Invalid("must be an integer or a percentage, as in 5 or 25%");
            }
        }
        else
        {
            field.NonNegative();
        }
    }

    /// <summary>Refuses more than all.</summary>
    public static void AtMostAll(this Field field)
    {
        if (field.Percent() > 100)
        {
            field.Invalid("must not be greater than 100%");
        }
    }

    /// <summary>Refuses what is no domain, a slash and a path, as in <c>example.com/controller</c>.</summary>
    public static void DomainPrefixedPath(this Field field)
    {
        if (!field.MustExist())
        {
            return;
        }

        var slash = field.Text.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || slash == field.Text.Length - 1)
        {
            field.Invalid("must be a domain-prefixed path, as in example.com/controller");
            return;
        }

        foreach (var fault in Names.Subdomain(field.Text[..slash]))
        {
            field.Invalid($"the domain {fault}");
        }

        if (field.Text.AsSpan(slash + 1).ContainsAnyExcept(PathCharacters))
        {
            field.Invalid("the path must consist of letters, digits and the marks that paths of URLs may have");
        }
    }

    /// <summary>Refuses conditions that are not as the API conventions have them, and types that come twice.</summary>
    public static void Conditions(this Field conditions)
    {
        var types = new HashSet<string>(StringComparer.Ordinal);
        foreach (var condition in conditions.Items)
        {
            var (type, reason) = (condition["type"], condition["reason"]);
            if (!types.Add(type.Text))
            {
                type.Duplicate();
            }

            type.RequiredAnd(Names.Qualified);
            condition["status"].OneOf("False", "True", "Unknown");
            condition["observedGeneration"].NonNegative();
            condition["lastTransitionTime"].MustExist("must be set");
            if (reason.Text.Length > LongestReason)
            {
                reason.TooLong(LongestReason);
            }

            if (reason.MustExist() && !(char.IsAsciiLetter(reason.Text[0]) && reason.Text[^1] is not (',' or ':')
                && reason.Text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ',' or ':')))
            {
                reason.Invalid("must start with a letter, consist of letters, digits, '_', ',' and ':', and not end with ',' or ':'");
            }

            if (condition["message"].Text.Length > LongestMessage)
            {
                condition["message"].TooLong(LongestMessage);
            }
        }
    }
}
