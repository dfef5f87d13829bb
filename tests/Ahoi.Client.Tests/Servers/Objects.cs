using Ahoi.Api.Objects;

namespace Ahoi.Client.Tests.Servers;

/// <summary>What tests ask for and get.</summary>
internal static class Objects
{
    public static readonly GroupVersionResource Pods = new("", "v1", "pods");

    public static readonly GroupVersionResource Things = new("example.com", "v1", "things");

    public const string Half = """{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"a","namespace":"n","resourceVersion":"3"}},{"metadata":{"na""";

    public const string Rest = """me":"b","namespace":"n","resourceVersion":"4"}}]}""";

    public static string Pod(string name, int version) =>
        $$$"""{"kind":"Pod","apiVersion":"v1","metadata":{"name":"{{{name}}}","namespace":"n","uid":"u-{{{name}}}","resourceVersion":"{{{version}}}"},"spec":{"x":[1,2]}}""";

    public static string Event(string type, string name, int version) => $$"""{"type":"{{type}}","object":{{Pod(name, version)}}}""" + "\n";
}
