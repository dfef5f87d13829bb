namespace Ahoi.ControlPlane.ApiServer.Wire;

/// <summary>What an answer is made into.</summary>
internal enum Transformation
{
    None,
    Table,
    PartialMetadata,
    PartialMetadataList,
    Other,
}

/// <summary>The form of an answer that the client accepts.</summary>
/// <param name="Yaml">Whether it is YAML instead of JSON.</param>
/// <param name="As">What objects are made into.</param>
/// <param name="AsKind">The kind asked for by <c>as</c>, or <see langword="null"/>.</param>
/// <param name="AsVersion">Its version, as in <c>v1</c>.</param>
internal readonly record struct AnswerForm(bool Yaml, Transformation As = Transformation.None, string? AsKind = null, string AsVersion = "")
{
    public static readonly AnswerForm Json = new(false);
}
