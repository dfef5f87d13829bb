using Ahoi.Api.Json;
using Ahoi.Api.Objects;

namespace Ahoi.ControlPlane.ApiServer.CustomResources;

/// <summary>The conditions in the status of a definition.</summary>
internal static class DefinitionConditions
{
#pragma warning disable CS1591, SA1600 // The names say it.
    public const string NamesAccepted = "NamesAccepted";
    public const string Established = "Established";
    public const string Terminating = "Terminating";
    public const string NonStructuralSchema = "NonStructuralSchema";
    public const string ApprovalPolicyConformant = "KubernetesAPIApprovalPolicyConformant";
#pragma warning restore CS1591, SA1600

    /// <summary>Finds a condition.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="type">The condition's type.</param>
    /// <returns>The condition, or <see langword="null"/>.</returns>
    public static JsonMap? Find(JsonMap? definition, string type) =>
        definition?.Map("status")?.List("conditions")?.Maps.FirstOrDefault(c => c.Text("type") == type);

    /// <summary>Gets whether a condition is True.</summary>
    /// <param name="definition">The definition.</param>
    /// <param name="type">The condition's type.</param>
    /// <returns>Whether it is.</returns>
    public static bool IsTrue(JsonMap? definition, string type) => Find(definition, type)?.Text("status") == "True";

    /// <summary>Sets a condition; the time of transition moves only with the status.</summary>
    /// <param name="definition">The definition; changed in place.</param>
    /// <param name="type">The condition's type.</param>
    /// <param name="status">True, False or Unknown.</param>
    /// <param name="reason">The reason.</param>
    /// <param name="message">The message.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether anything changed.</returns>
    public static bool Set(JsonMap definition, string type, string status, string reason, string message, DateTimeOffset now)
    {
        var list = definition.EnsureMap("status").EnsureList("conditions");
        var condition = Find(definition, type);
        if (condition is not null && condition.Text("status") == status && condition.Text("reason") == reason && condition.Text("message") == message)
        {
            return false;
        }

        if (condition is null)
        {
            condition = [];
            list.Add(condition);
        }

        var moved = condition.Text("status") != status;
        var since = moved ? null : condition.Text("lastTransitionTime");
        condition.Clear();
        condition["lastTransitionTime"] = since ?? ApiTime.Write(now);
        condition["message"] = message;
        condition["reason"] = reason;
        condition["status"] = status;
        condition["type"] = type;
        return true;
    }
}
