using Ahoi.Cel.Types;

namespace Ahoi.Cel.Checking;

/// <summary>The types an expression can name.</summary>
internal static class TypeNames
{
    public static CelType? Find(string name) => name switch
    {
        "bool" => CelType.Bool,
        "int" => CelType.Int,
        "uint" => CelType.Uint,
        "double" => CelType.Double,
        "string" => CelType.String,
        "bytes" => CelType.Bytes,
        "null_type" => CelType.Null,
        "dyn" => CelType.Dyn,
        "list" => CelType.List(CelType.Dyn),
        "map" => CelType.Map(CelType.Dyn, CelType.Dyn),
        "type" => CelType.TypeOf(CelType.Dyn),
        "optional_type" => CelType.Optional(CelType.Dyn),
        "google.protobuf.Timestamp" => CelType.Timestamp,
        "google.protobuf.Duration" => CelType.Duration,
        "net.IP" or "net.CIDR" or "kubernetes.URL" or "kubernetes.Quantity" or "kubernetes.Semver" or "kubernetes.NamedFormat" => CelType.Opaque(name),
        _ => null,
    };
}
