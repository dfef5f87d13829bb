using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Ahoi.Operators;

/// <summary>Begins with options that were read from a file, where others begin with the defaults; what a program sets comes on top.</summary>
internal sealed class GivenOptions<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] T>(T given, IServiceProvider services)
    : OptionsFactory<T>(services.GetServices<IConfigureOptions<T>>(), services.GetServices<IPostConfigureOptions<T>>())
    where T : class
{
    protected override T CreateInstance(string name) => given;
}
