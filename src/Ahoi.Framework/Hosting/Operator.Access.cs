using Ahoi.Api.Json;
using Ahoi.Framework.Access;
using Ahoi.Framework.Definitions;

namespace Ahoi.Framework.Hosting;

/// <content>What the operator has to be allowed.</content>
public sealed partial class Operator
{
    /// <summary>Gets what the operator has to be allowed in the cluster: what follows from its controllers, schedulers and
    /// options, and what they say with <see cref="Controllers.ControllerOptions.Needs"/>. Plurals of kinds that are not its
    /// own follow the English rule. Kinds that are read or described without being declared are not known.</summary>
    public IReadOnlyList<AccessRule> AccessRules => Access.AccessRules.Of(
        _definitions, _options.InstallDefinitions, _leadership is not null, [.. _works.SelectMany(w => w.Needs), .. ManifestNeeds()]);

    /// <summary>Makes the definitions of the operator's custom resources, as they are installed where
    /// <see cref="AhoiOptions.InstallDefinitions"/> says so.</summary>
    /// <returns>The definitions, ordered by name.</returns>
    public IReadOnlyList<JsonMap> CreateDefinitions() => DefinitionInstaller.DefinitionsOf(_definitions.Select(d => d.Type), _types);

    private IEnumerable<AccessRule> ManifestNeeds() => _options.InstallDefinitions
        ? Manifests.Select(m => new AccessRule(m.Kind.Group, DefinitionGenerator.PluralOf(m.Kind.Kind), ["get", "create", "patch"]))
        : [];
}
