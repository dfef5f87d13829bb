namespace Ahoi.ControlPlane.Controllers.Autoscaling;

/// <summary>A metric says nothing about how many replicas there should be; the message says why.</summary>
internal sealed class MetricFaultException(string message, Exception? cause = null) : Exception(message, cause);
