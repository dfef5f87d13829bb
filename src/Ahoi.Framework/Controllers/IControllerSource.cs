using Ahoi.Framework.Objects;

namespace Ahoi.Framework.Controllers;

/// <summary>Makes the definition of one controller once everything is registered.</summary>
internal interface IControllerSource
{
    /// <summary>Makes the definition.</summary>
    ControllerDefinition Create(ObjectTypes types, string operatorName);
}
