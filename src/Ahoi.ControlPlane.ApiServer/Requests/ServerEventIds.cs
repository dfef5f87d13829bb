namespace Ahoi.ControlPlane.ApiServer.Requests;

/// <summary>The ids of this assembly's log messages: 2000 to 2999. Never reused.</summary>
internal static class ServerEventIds
{
    public const int RequestFailed = 2000;
    public const int FeedFailed = 2001;
    public const int CompactionFailed = 2002;
    public const int DefinitionFailed = 2003;
    public const int DefinitionsLost = 2005;
    public const int WebhookIgnored = 2006;
}
