using System.Text;

namespace Ahoi.ControlPlane;

/// <summary>Writes the kubeconfig of a local cluster.</summary>
internal static class Kubeconfig
{
    /// <summary>The name of the cluster, the user and the context.</summary>
    public const string ContextName = "ahoi";

    public static byte[] Write(Uri server, string? certificateAuthorityPem, string token)
    {
        var text = new StringBuilder();
        text.Append("apiVersion: v1\nkind: Config\nclusters:\n- name: ahoi\n  cluster:\n");
        text.Append("    server: ").Append(server.GetLeftPart(UriPartial.Authority)).Append('\n');
        if (certificateAuthorityPem is not null)
        {
            text.Append("    certificate-authority-data: ")
                .Append(Convert.ToBase64String(Encoding.UTF8.GetBytes(certificateAuthorityPem))).Append('\n');
        }

        text.Append("users:\n- name: ahoi\n  user:\n    token: ").Append(token).Append('\n');
        text.Append("contexts:\n- name: ahoi\n  context:\n    cluster: ahoi\n    user: ahoi\n");
        text.Append("current-context: ahoi\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }
}
