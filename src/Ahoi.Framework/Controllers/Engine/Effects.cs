namespace Ahoi.Framework.Controllers.Engine;

/// <summary>Where the effects of a reconcile go: into the cluster, or into a plan.</summary>
internal sealed record Effects(IClusterWriter Writer, DescriptionWriter Descriptions, StatusWriter Statuses);
