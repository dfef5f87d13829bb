using System.Text.RegularExpressions;

namespace Ahoi.Operators.Manifests;

/// <summary>What stands in an object for what a chart's user decides, until the object is text.</summary>
internal static partial class HelmPlaceholders
{
    public const string Name = "HELM_RELEASE_NAME";
    public const string Namespace = "HELM_RELEASE_NAMESPACE";
    public const string Image = "HELM_IMAGE";
    public const string PullPolicy = "HELM_PULL_POLICY";
    public const string Operators = "HELM_OPERATORS";
    public const string Replicas = "HELM_REPLICAS";
    public const string Resources = "HELM_RESOURCES";

    // Texts stay in the quotes that they are written with: a release may be called 1e3.
    private static readonly Dictionary<string, string> Texts = new(StringComparer.Ordinal)
    {
        [Name] = "{{ .Release.Name }}",
        [Namespace] = "{{ .Release.Namespace }}",
        [Image] = "{{ .Values.image.repository }}{{ if .Values.image.digest }}@{{ .Values.image.digest }}{{ else }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}",
        [PullPolicy] = "{{ .Values.image.pullPolicy }}",
        [Operators] = "{{ join \",\" .Values.operators }}",
    };

    public static bool IsIn(string text) => text.Contains("HELM_", StringComparison.Ordinal);

    /// <summary>Puts the chart's expressions in; braces that were there before stay what they are.</summary>
    public static string Fill(string yaml)
    {
        yaml = yaml.Replace("{{", "{{ \"{{\" }}", StringComparison.Ordinal);
        yaml = Numbers().Replace(yaml, "{{ .Values.replicas }}");
        yaml = Blocks().Replace(yaml, m => $"{m.Groups["before"].Value}\n{{{{- toYaml .Values.resources | nindent {m.Groups["before"].Value.TakeWhile(c => c == ' ').Count() + 2} }}}}");
        return Any().Replace(yaml, m => Texts[m.Value]);
    }

    [GeneratedRegex($"\"{Replicas}\"")]
    private static partial Regex Numbers();

    [GeneratedRegex($"^(?<before> *[a-z]+:) \"{Resources}\"$", RegexOptions.Multiline)]
    private static partial Regex Blocks();

    [GeneratedRegex("HELM_(RELEASE_NAMESPACE|RELEASE_NAME|IMAGE|PULL_POLICY|OPERATORS)")]
    private static partial Regex Any();
}
