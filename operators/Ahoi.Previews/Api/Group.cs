namespace Ahoi.Previews.Api;

/// <summary>The API group of the kinds here, and the labels and annotations that they share.</summary>
internal static class Group
{
    public const string Name = "preview.example.com";
    public const string Version = "v1alpha1";

    /// <summary>The label that every object of a preview and each of its pods has, with the Preview's name: the only label that
    /// selectors of previews select by.</summary>
    public const string PreviewLabel = Name + "/preview";

    /// <summary>The label of Previews with the name of their PreviewApp.</summary>
    public const string AppLabel = Name + "/app";

    /// <summary>The annotation with the whole name of the branch, which a label cannot hold.</summary>
    public const string BranchAnnotation = Name + "/branch";

    /// <summary>The annotation of a copied Deployment with a hash of what its pods were made from.</summary>
    public const string TemplateAnnotation = Name + "/template";

    /// <summary>The annotation of a PreviewApp that lets a large deletion go on: it has the value that the condition
    /// DeletionPaused asks for.</summary>
    public const string ApprovalAnnotation = Name + "/approve-deletions";
}
