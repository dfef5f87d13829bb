namespace Ahoi.ControlPlane.ApiServer.Webhooks;

/// <summary>A webhook gave no answer that can be used.</summary>
internal sealed class WebhookException(string message, Exception? inner = null) : Exception(message, inner);
