using System.Globalization;
using Ahoi.Api.Errors;

namespace Ahoi.ControlPlane.ApiServer.Requests;

/// <summary>The parameters of a request's URL. Of a parameter given twice the first value counts, as in Kubernetes.</summary>
internal sealed class RequestQuery
{
    public static readonly RequestQuery Empty = new([]);

    private readonly List<KeyValuePair<string, string>> _parameters;

    private RequestQuery(List<KeyValuePair<string, string>> parameters) => _parameters = parameters;

    /// <summary>Gets the first value of a parameter, or <see langword="null"/>.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var (key, value) in _parameters)
            {
                if (key == name)
                {
                    return value;
                }
            }

            return null;
        }
    }

    public static RequestQuery Parse(string? query)
    {
        if (string.IsNullOrEmpty(query) || query.Length == 1)
        {
            return Empty;
        }

        var parameters = new List<KeyValuePair<string, string>>();
        var text = query.AsSpan(query[0] == '?' ? 1 : 0);
        foreach (var range in text.Split('&'))
        {
            var part = text[range];
            if (part.IsEmpty)
            {
                continue;
            }

            var equals = part.IndexOf('=');
            var name = equals < 0 ? part : part[..equals];
            var value = equals < 0 ? [] : part[(equals + 1)..];
            parameters.Add(new(Decode(name), Decode(value)));
        }

        return new(parameters);
    }

    /// <summary>Gets every value of a parameter.</summary>
    public IEnumerable<string> All(string name) => _parameters.Where(p => p.Key == name).Select(p => p.Value);

    /// <summary>Gets a boolean parameter as Kubernetes reads it: anything but <c>0</c> and <c>false</c> is true, once it is there.</summary>
    public bool Flag(string name) => this[name] is { } value && value != "0" && !value.Equals("false", StringComparison.OrdinalIgnoreCase);

    /// <summary>Gets a boolean parameter that may be missing.</summary>
    public bool? OptionalFlag(string name) => this[name] is null ? null : Flag(name);

    /// <summary>Gets an integer parameter.</summary>
    /// <exception cref="ApiException">400 if it is not an integer.</exception>
    public long? Integer(string name)
    {
        if (this[name] is not { } text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw ApiErrors.BadRequest($"The parameter {name} must be an integer, not \"{text}\".");
    }

    private static string Decode(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAny('%', '+') < 0)
        {
            return text.ToString();
        }

        return Uri.UnescapeDataString(text.ToString().Replace('+', ' '));
    }
}
