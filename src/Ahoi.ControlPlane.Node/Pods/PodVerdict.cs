namespace Ahoi.ControlPlane.Node.Pods;

/// <summary>Why a pod was ended by the node: it failed for that reason, whatever its containers say.</summary>
internal sealed record PodVerdict(string Reason, string Message);
