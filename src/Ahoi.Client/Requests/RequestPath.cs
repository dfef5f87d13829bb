using System.Globalization;
using System.Text;
using Ahoi.Api.Objects;

namespace Ahoi.Client.Requests;

/// <summary>Builds a request's path and query.</summary>
internal sealed class RequestPath
{
    private readonly StringBuilder _text = new(128);
    private char _separator = '?';

    public RequestPath(GroupVersionResource resource, string? @namespace, string? name = null, string? subresource = null)
    {
        _text.Append('/').Append(resource.BasePath);
        if (@namespace is { Length: > 0 })
        {
            _text.Append("/namespaces/").Append(Uri.EscapeDataString(@namespace));
        }

        _text.Append('/').Append(resource.Resource);
        if (name is not null)
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            _text.Append('/').Append(Uri.EscapeDataString(name));
        }

        if (subresource is { Length: > 0 })
        {
            _text.Append('/').Append(subresource);
        }
    }

    public RequestPath Add(string name, string? value)
    {
        if (value is not null)
        {
            _text.Append(_separator).Append(name).Append('=').Append(Uri.EscapeDataString(value));
            _separator = '&';
        }

        return this;
    }

    public RequestPath Add(string name, long? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    public RequestPath Add(string name, bool value) => value ? Add(name, "true") : this;

    public override string ToString() => _text.ToString();
}
